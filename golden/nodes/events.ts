import type { GoldenCase, GoldenSet } from '../harness.ts'
import type { SeenEvent } from './played-node.ts'
import { playAll } from './events-played.ts'

/** Every entry of the catalogue whose part is built is sent in some scenario, with its type, its object and its field path. */
export const events: GoldenSet = {
  name: 'nodes/events',
  run: ({ in: input, out }) => {
    seen ??= playAll()
    const fits = templateOf(out.message ?? '')
    const sent = seen.filter(({ component, reason, message }) => component === input.component && reason === out.reason && fits.test(message))
    if (sent.length === 0) return `never sent; of this reason: ${JSON.stringify([...new Set(seen.filter(({ reason }) => reason === out.reason).map(({ message, component }) => `${component}: ${message}`))].slice(0, 4))}`
    const path = templateOf(input.fieldPath ?? '')
    // Where the catalogue names the main containers, init containers have their own field.
    const wrong = sent.find(({ type, kind, fieldPath = '' }) => type !== out.type || kind !== input.involvedObject || !(path.test(fieldPath) || path.test(fieldPath.replace('spec.initContainers', 'spec.containers'))))
    return wrong ? `sent as ${JSON.stringify(wrong)}` : null
  },
}

let seen: readonly SeenEvent[] | undefined

/** Parts that are not built: their reasons, and what the words say of those that share a reason with a built part. */
const unbuiltReasons = new Set([
  'Evicted', 'EvictionThresholdMet', 'NodeShutdown', 'FailedPrepareDynamicResources', 'ProbeWarning', 'FailedCreatePodContainer',
  'FailedCreatePodSandBox', 'FailedPodSandBoxStatus', 'NodeHasInsufficientMemory', 'NodeHasDiskPressure', 'NodeHasInsufficientPID', 'MissingClusterDNS', 'FailedMapVolume', 'FailedAttachVolume', 'FileSystemResizeSuccessful', 'InspectFailed',
])
const unbuiltParts = /internal hook|directories cannot|does not know a container's state|attachment/

/** Whether no part that is built would send this event. */
export function isAboutUnbuilt({ in: input, out }: GoldenCase): boolean {
  // kube-proxy records no events.
  if (input.component === 'kube-proxy') return true
  return input.component === undefined || out.reason === undefined || unbuiltReasons.has(out.reason) || unbuiltParts.test(input.when)
}

function templateOf(template: string): RegExp {
  return new RegExp(`^${template.split(/<[^>]*>/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*')}$`)
}
