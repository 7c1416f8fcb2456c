// Upstream: the CRI client in k8s.io/cri-client (v1.36). Left out: calls that hang until their timeout (a runtime that hangs counts as one that is down).
import type { Agenda, EntryId, Millis } from '../kernel/agenda.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'

/** What a call comes to whose runtime ends meanwhile, and one to a runtime that is not there. */
const broken = 'error reading from server: EOF'
const refused = 'connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"'

/** Told what is wrong (gRPC's text without its code), and after how long the call broke; null: it did not even begin. */
export type CallFailure = (error: string, after: Millis | null) => void

/** A call that is under way, between those that began before and after it. */
interface OpenCall {
  readonly since: Millis
  readonly failed: CallFailure
  entry: EntryId
  previous: OpenCall | null
  next: OpenCall | null
}

/** The calls to the runtime that take time. Those that are under way when it ends fail. */
export class RuntimeCalls {
  private oldest: OpenCall | null = null
  private newest: OpenCall | null = null

  constructor(
    private readonly agenda: Agenda,
    private readonly runtime: ContainerRuntime,
  ) {}

  /** Why a call that takes no time would fail now; null: it would not. */
  refusal(): string | null {
    return this.runtime.downSince === null ? null : refused
  }

  /** Runs `done` when the call has taken its time. */
  call(took: Millis, label: string, done: () => void, failed: CallFailure): void {
    if (this.runtime.downSince !== null) return failed(refused, null)
    const call: OpenCall = { since: this.agenda.now, failed, entry: 0, previous: this.newest, next: null }
    if (this.newest) this.newest.next = call
    else this.oldest = call
    this.newest = call
    call.entry = this.agenda.after(took, label, () => {
      this.close(call)
      done()
    })
  }

  /** The runtime has ended. */
  interrupt(): void {
    const first = this.oldest
    this.oldest = this.newest = null
    for (let call = first; call; call = call.next) {
      this.agenda.cancel(call.entry)
      call.failed(broken, this.agenda.now - call.since)
    }
    this.runtime.images.interrupt(rpcError(broken))
  }

  private close({ previous, next }: OpenCall): void {
    if (previous) previous.next = next
    else this.oldest = next
    if (next) next.previous = previous
    else this.newest = previous
  }
}

/** The error as events quote it. */
export function rpcError(text: string): string {
  return `rpc error: code = Unavailable desc = ${text}`
}
