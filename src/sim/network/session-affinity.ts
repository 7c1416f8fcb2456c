// Upstream: the kernel's lists behind session affinity, xt_recent (v6.1). Left out: lists forgotten with the last rule that names them.
import type { Millis } from '../kernel/agenda.ts'

/** ip_list_tot: how many clients a list holds; the one that was quiet for longest makes room. */
const clientsOfList = 100

/** Which clients one node has sent to which endpoints, and when last: the lists that its rules set and check. They end with the machine's power. */
export class AffinityLists {
  /** By the endpoint's chain, then by the client's address, the longest quiet first. */
  private readonly lists = new Map<string, Map<string, Millis>>()

  /** `--rcheck --seconds`: whether a client was sent there within the last so many seconds. Leaves no mark. */
  remembers(chain: string, client: string, seconds: number, now: Millis): boolean {
    const last = this.lists.get(chain)?.get(client)
    return last !== undefined && now - last <= seconds * 1000
  }

  /** `--set`, and `--reap` of who was quiet for too long. */
  note(chain: string, client: string, seconds: number, now: Millis): void {
    const list = this.lists.get(chain) ?? new Map<string, Millis>()
    list.delete(client)
    for (const [other, last] of list) {
      if (now - last <= seconds * 1000 && list.size < clientsOfList) break
      list.delete(other)
    }
    this.lists.set(chain, list.set(client, now))
  }
}
