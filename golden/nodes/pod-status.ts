import type { Container, ContainerStatus, Pod, PodCondition, PodSpec } from '../../src/sim/api/generated/types.ts'
import { qosClass } from '../../src/sim/api/pod-resources.ts'
import { containerStatusOf, type ContainerFacts } from '../../src/sim/kubelet/api-container-status.ts'
import { finalStatuses, mergeConditions, orderPodIPs, podStatusOf, type PodStatusFacts } from '../../src/sim/kubelet/api-pod-status.ts'
import { conditionsOf, phaseOf, type PodFacts, type PodPhase } from '../../src/sim/kubelet/pod-status.ts'
import { mergeWithOthers } from '../../src/sim/kubelet/status-writer.ts'
import { shouldRestart } from '../../src/sim/kubelet/restart-policy.ts'
import type { ContainerRecord } from '../../src/sim/runtime/node-disk.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'

/** Phases and conditions, container statuses and how a kubelet merges them. */
export const podStatus: GoldenSet = {
  name: 'nodes/pod-status',
  run: (golden) => partialDifference(golden.out, answered(golden)),
}

function answered({ name, in: input }: GoldenCase): unknown {
  if (name.startsWith('qos-')) return { qosClass: qosClass(input as PodSpec) }
  if (input.spec && input.containerStatuses) return phaseAndConditions(input)
  if (input.runtime) return converted(input)
  if (input.nodeIPs) return addresses(input)
  if (input.first) return { startTime: fullStatus({ startTime: input.first, old: { startTime: input.first } }).startTime }
  if (input.apiPhase) return mergeWithOthers({ phase: input.apiPhase }, { phase: input.computed })
  if (input.otherConditions) return conditionOrder(input)
  if (input.now) return mergeConditions([input.old], [input.new], input.now, 1)[0]
  if (input.statuses) return finished(input)
  if (input.containersMayRun) return delayed(input)
  if (input.old) return forced(input)
  return statusOrder(input)
}

function phaseAndConditions(input: GoldenCase['in']): unknown {
  const { initContainers = [], readinessGates = [] } = input.spec
  const of = (containers: readonly Container[]) => containers.filter(({ name }) => input.containerStatuses[name]).map(({ name }) => ({ name, ...input.containerStatuses[name] }) as ContainerStatus)
  const facts: PodFacts = {
    spec: { ...input.spec, readinessGates: readinessGates.map((conditionType: string) => ({ conditionType })) },
    containerStatuses: of(input.spec.containers),
    initContainerStatuses: of(initContainers),
    isTerminal: input.podIsTerminal,
    isStatic: input.static === true,
    hasInitialized: input.anyRegularContainerStartedInThisSandbox,
    sandboxReady: input.sandboxReady,
    conditions: Object.entries(input.otherConditions ?? {}).map(([type, status]) => ({ type, status: String(status) })),
  }
  const phase = phaseOf(facts)
  return { phase, conditions: conditionsOf(facts, phase) }
}

function record(run: GoldenCase['in'], attempt: number): ContainerRecord {
  const exited = run.state === 'exited'
  return {
    id: 'id', podUid: 'u', name: run.name, attempt, image: { reference: 'x:1', name: 'docker.io/library/x:1', id: 'x' }, hash: '', createdAt: 0,
    state: run.state, startedAt: 0, finishedAt: exited ? 1 : null, exitCode: run.exitCode ?? 0, reason: run.exitCode ? 'Error' : 'Completed', message: '', log: null,
  }
}

function converted(input: GoldenCase['in']): unknown {
  const spec = {
    containers: input.spec?.containers ?? input.runtime.filter((run: { init?: boolean }) => !run.init),
    initContainers: input.spec?.initContainers ?? input.runtime.filter((run: { init?: boolean }) => run.init),
  }
  const policy = input.restartPolicy ?? 'Always'
  const status = (isInit: boolean) => (container: Container) => {
    const found = input.runtime.find((run: { name: string; state: string }) => run.name === container.name)
    const newest = found && record(found, found.attempt ?? 0)
    const facts: ContainerFacts = {
      container: { ...container, restartPolicy: container.restartPolicy } as Container,
      isInit,
      records: newest ? [newest] : [],
      startError: input.startError && { message: '', ...input.startError },
      willStart: !newest || newest.state !== 'exited' || shouldRestart(container, policy, newest.exitCode),
      oldStatus: input.oldStatus?.name === container.name ? { image: '', imageID: '', ready: true, ...input.oldStatus } : undefined,
      hasInitContainers: spec.initContainers.length > 0,
      podInitialized: input.runtime.some((run: { init?: boolean; name: string }) => spec.containers.some((main: Container) => main.name === run.name)),
      startupPassed: input.probes?.startup ? false : undefined,
      stopSignal: undefined,
      messageOf: ({ message }) => message,
      readinessPassed: input.probes?.readiness ? false : undefined,
    }
    return containerStatusOf(facts, () => '2026-01-01T00:00:00Z')
  }
  return { containerStatuses: spec.containers.map(status(false)), initContainerStatuses: spec.initContainers.map(status(true)) }
}

function fullStatus(over: { readonly startTime?: string; readonly old?: object; readonly spec?: object } & Partial<Omit<PodStatusFacts, 'pod' | 'startTime'>>): ReturnType<typeof podStatusOf> {
  const { old = {}, spec = {}, startTime = '', ...rest } = over
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', uid: 'u' }, spec: { containers: [], restartPolicy: 'Always', ...spec }, status: { phase: 'Pending', ...old } } as unknown as Pod
  return podStatusOf({ pod, containerStatuses: [], initContainerStatuses: [], isTerminal: false, isStatic: false, hasInitialized: false, sandboxReady: true, startTime, nodeIPs: [], podIPs: [], verdict: null, mayRun: false, ...rest }, '2026-01-01T00:00:00Z')
}

function addresses(input: GoldenCase['in']): unknown {
  if (input.runtimeIPs) return { podIP: orderPodIPs(input.nodeIPs, input.runtimeIPs)[0], podIPs: orderPodIPs(input.nodeIPs, input.runtimeIPs).map((ip) => ({ ip })) }
  return fullStatus({ nodeIPs: input.nodeIPs, spec: { hostNetwork: input.hostNetwork } })
}

function conditionOrder(input: GoldenCase['in']): unknown {
  const others = [...input.otherConditions, ...(input.DisruptionTarget ? ['DisruptionTarget'] : [])].map((type: string): PodCondition => ({ type, status: 'True' }))
  return { types: fullStatus({ old: { conditions: others } }).conditions?.map(({ type }) => type) }
}

function finished(input: GoldenCase['in']): unknown {
  const named = (statuses: readonly { name: string }[] = []) => statuses.map(({ name }) => ({ name }))
  const spec = { containers: named(input.statuses), initContainers: named(input.initStatuses) }
  const pod = { spec } as unknown as Pod
  const statuses = finalStatuses(pod, input.statuses, input.initStatuses ?? [])
  return { ...statuses, phase: fullStatus({ ...statuses, spec, isTerminal: true, old: { phase: input.phase } }).phase }
}

function delayed(input: GoldenCase['in']): unknown {
  const containerStatuses = [{ name: 'a', state: { running: {} }, ready: true, started: true, image: '', imageID: '', restartCount: 0 }]
  const status = fullStatus({ old: input.old, spec: { containers: [{ name: 'a' }] }, containerStatuses, mayRun: true, verdict: { phase: input.new.phase, reason: input.new.reason, message: input.new.message } })
  return { phase: status.phase, reason: status.reason ?? '', message: status.message ?? '', conditionDisruptionTarget: status.conditions?.some(({ type }) => type === 'DisruptionTarget') ? 'sent' : 'not yet sent' }
}

function forced(input: GoldenCase['in']): unknown {
  const { phase, ...conditions } = input.new
  return mergeWithOthers({ phase: input.old.phase as PodPhase }, { phase, conditions: Object.entries(conditions).map(([type, status]) => ({ type, status: String(status) })) })
}

function statusOrder(input: GoldenCase['in']): unknown {
  const status = ({ name }: { name: string }): ContainerStatus => ({ name, image: '', imageID: '', ready: true, restartCount: 0 })
  const made = fullStatus({ containerStatuses: input.spec.containers.map(status), initContainerStatuses: input.spec.initContainers.map(status) })
  return { containerStatuses: made.containerStatuses?.map(({ name }) => name), initContainerStatuses: made.initContainerStatuses?.map(({ name }) => name) }
}
