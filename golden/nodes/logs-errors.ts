import type { ContainerStatus } from '../../src/sim/api/generated/types.ts'
import { logRefusal } from '../../src/sim/kubelet/container-logs.ts'
import type { GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'

/** What a log request is answered by the state of its container. */
export const logsErrors: GoldenSet = {
  name: 'nodes/logs-errors',
  run: ({ in: input, out }) => {
    const { pod, container, previous = false, state = {}, lastState = {} } = input
    const message = logRefusal(pod, container, { name: container, state, lastState } as ContainerStatus, previous)
    return partialDifference(out, message === null ? { served: true } : { message })
  },
}
