import type { Namespace, Node, Pod, Service } from '../../src/sim/api/generated/types.ts'
import { parseTime } from '../../src/sim/api/time.ts'
import { RandomStreams } from '../../src/sim/kernel/random.ts'
import { Cache } from '../../src/sim/scheduler/cache.ts'
import { defaultSelector } from '../../src/sim/scheduler/default-selectors.ts'
import { Nominations } from '../../src/sim/scheduler/nominations.ts'
import { PodState } from '../../src/sim/scheduler/pod-state.ts'
import { createProfile, type PluginArguments } from '../../src/sim/scheduler/profile.ts'
import { SchedulingCycle, type Outcome } from '../../src/sim/scheduler/scheduling-cycle.ts'
import type { GoldenCase } from '../harness.ts'

export const now = '2026-05-01T12:00:00Z'
export const nowMillis = parseTime(now) ?? 0

interface Input {
  readonly nodes?: readonly Node[]
  readonly pod: Pod
  readonly pods?: readonly Pod[]
  readonly pendingNominated?: readonly Pod[]
  readonly namespaces?: readonly Namespace[]
  readonly services?: readonly Service[]
  readonly args?: PluginArguments
}

const built = new Set(['nodes', 'pod', 'pods', 'pendingNominated', 'namespaces', 'services', 'args'])

/** False for cases about volumes, disruption budgets and other kinds that are not there yet. */
export function isBuilt(golden: GoldenCase): boolean {
  return Object.keys(golden.in).every((key) => built.has(key)) && !JSON.stringify(golden.in).includes('"volumes"')
}

/** A pod as the API server would have completed it. */
export function completePod(pod: Pod): Pod {
  const metadata = { ...pod.metadata, namespace: pod.metadata.namespace ?? 'default' }
  return { ...pod, apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...pod.spec, schedulerName: pod.spec.schedulerName || 'default-scheduler' }, status: pod.status ?? { phase: 'Pending' } }
}

/** One decision of the real framework, its cache fed with the objects of a case. */
export function decide(golden: GoldenCase): Outcome {
  const input = golden.in as Input
  const cache = new Cache()
  for (const node of input.nodes ?? []) cache.setNode(node)
  for (const pod of input.pods ?? []) cache.setPod(new PodState(completePod(pod)), pod.spec.nodeName ?? '')
  const nominations = new Nominations()
  for (const pod of input.pendingNominated ?? []) nominations.set(new PodState(completePod(pod)), pod.status.nominatedNodeName ?? '')
  const namespaces = new Map((input.namespaces ?? []).map((namespace) => [namespace.metadata.name, namespace.metadata.labels]))
  const sources = { services: (namespace: string) => (input.services ?? []).filter(({ metadata }) => metadata.namespace === namespace), replicaSet: () => undefined, replicationController: () => undefined }
  const view = {
    cache,
    namespaceLabels: (name: string) => namespaces.get(name) ?? (name === 'default' ? { 'kubernetes.io/metadata.name': 'default' } : undefined),
    defaultSelector: (pod: PodState) => defaultSelector(pod, sources),
  }
  const cycle = new SchedulingCycle(createProfile(input.args), cache, view, nominations, new RandomStreams(1).of('scheduler'), () => now)
  return cycle.schedule(new PodState(completePod(input.pod)))
}
