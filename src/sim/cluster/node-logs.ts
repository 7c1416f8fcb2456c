import { badRequest, internalError } from '../api/errors.ts'
import type { Pod } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import type { LogSource } from '../apiserver/subresources.ts'
import type { Machine } from './machine.ts'

/** How the API server gets a container's log: it asks the kubelet of the pod's node, over the network. */
export function nodeLogs(machines: () => ReadonlyMap<string, Machine>): LogSource {
  return {
    logs(pod: Pod, container: string, options): Result<string> {
      const machine = machines().get(pod.spec.nodeName ?? '')
      if (!machine?.kubelet || !machine.isReachable) return refused(internalError(noRoute(pod, container, machine)))
      const answer = machine.kubelet.logs(keyOf(pod), { container, ...options })
      return answer.ok ? accepted(answer.lines.map((line) => `${line}\n`).join('')) : refused(badRequest(answer.message))
    },
  }
}

function noRoute({ metadata, spec }: Pod, container: string, machine: Machine | undefined): string {
  const address = `${machine?.spec.ip ?? spec.nodeName}:10250`
  return `Get "https://${address}/containerLogs/${metadata.namespace}/${metadata.name}/${container}": dial tcp ${address}: connect: no route to host`
}
