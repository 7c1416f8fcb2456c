// Upstream: pkg/kubelet/lifecycle/handlers.go (v1.36). Left out: HTTPS fallback to HTTP.
import type { Container, LifecycleHandler } from '../api/generated/types.ts'
import type { Millis } from '../kernel/agenda.ts'
import type { ContainerProcess } from '../runtime/container-process.ts'
import { portNumber } from './probe-action.ts'

/** What a hook did: how long it took, and whether it failed. */
export interface HookOutcome {
  readonly took: Millis
  readonly failed: boolean
}

/** What a postStart or preStop handler does, and how long it takes. */
export function runHook(handler: LifecycleHandler, container: Container, process: ContainerProcess | undefined, now: Millis, listens: (port: number) => boolean): HookOutcome {
  if (handler.sleep) return { took: handler.sleep.seconds * 1000, failed: false }
  if (handler.exec) {
    const answer = process?.exec(handler.exec.command ?? [], now)
    return answer ? { took: answer.took, failed: answer.exitCode !== 0 } : { took: 0, failed: true }
  }
  const port = handler.httpGet ? portNumber(handler.httpGet.port, container) : null
  if (handler.httpGet) return { took: 0, failed: port === null || !(handler.httpGet.host || listens(port)) }
  return { took: 0, failed: false }
}
