// Upstream: the CRI client in k8s.io/cri-client (v1.36). Left out: calls that hang until their timeout (a runtime that hangs counts as one that is down).
import type { Agenda, EntryId, Millis } from '../kernel/agenda.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'

/** What a call comes to whose runtime ends meanwhile, and one to a runtime that is not there. */
const broken = 'error reading from server: EOF'
const refused = 'connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"'

/** Told what is wrong (gRPC's text without its code), and after how long the call broke; null: it did not even begin. */
export type CallFailure = (error: string, after: Millis | null) => void

interface OpenCall {
  readonly since: Millis
  readonly failed: CallFailure
}

/** The calls to the runtime that take time. Those that are under way when it ends fail. */
export class RuntimeCalls {
  private readonly open = new Map<EntryId, OpenCall>()

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
    const entry = this.agenda.after(took, label, () => {
      this.open.delete(entry)
      done()
    })
    this.open.set(entry, { since: this.agenda.now, failed })
  }

  /** The runtime has ended. */
  interrupt(): void {
    const calls = [...this.open]
    this.open.clear()
    for (const [entry, { since, failed }] of calls) {
      this.agenda.cancel(entry)
      failed(broken, this.agenda.now - since)
    }
    this.runtime.images.interrupt(rpcError(broken))
  }
}

/** The error as events quote it. */
export function rpcError(text: string): string {
  return `rpc error: code = Unavailable desc = ${text}`
}
