// Upstream: pkg/kubelet/kuberuntime computePodActions, computeInitContainerActions (v1.36). Left out: ephemeral containers, in-place resize.
import type { Container, PodSpec } from '../api/generated/types.ts'
import type { ContainerRecord, SandboxRecord } from '../runtime/node-disk.ts'
import { isSidecar, shouldRestart } from './restart-policy.ts'
import { hashOf } from './worker-host.ts'

/** What a worker looks at before it acts. */
export interface PlanFacts {
  readonly spec: PodSpec
  readonly sandbox: SandboxRecord | undefined
  /** Newest record of a container in any sandbox of the pod. */
  newest(name: string): ContainerRecord | undefined
  /** What the probes of a running container say. */
  startup(name: string): 'success' | 'failure' | 'unknown'
  liveness(name: string): 'success' | 'failure' | 'unknown'
}

export interface PlannedKill {
  readonly container: Container
  readonly record: ContainerRecord
  readonly isInit: boolean
  readonly reason: 'liveness' | 'startup' | 'definition' | 'unknown'
  readonly message: string
}

export interface PlannedStart {
  readonly container: Container
  readonly isInit: boolean
  /** It is started because this plan kills it. */
  readonly killed: boolean
}

/** What to do about a pod now. */
export type ContainerPlan =
  | { readonly kind: 'createSandbox' }
  | { readonly kind: 'act'; readonly kill: readonly PlannedKill[]; readonly start: readonly PlannedStart[] }
  /** Nothing runs and nothing will be started: what is left (sidecars) is stopped. */
  | { readonly kind: 'finish' }

export function planContainers(facts: PlanFacts): ContainerPlan {
  const { spec, sandbox } = facts
  if (!sandbox || sandbox.state !== 'ready') return wantsSandbox(facts) ? { kind: 'createSandbox' } : { kind: 'finish' }
  const kill: PlannedKill[] = []
  const start: PlannedStart[] = []
  const initialized = spec.containers.some((container) => sandbox.containers.some((record) => record.name === container.name))
  const init = planInit(facts, initialized, kill, start)
  if (init === 'failed') return { kind: 'finish' }
  let kept = 0
  if (init === 'done') {
    for (const container of spec.containers) {
      const record = inSandbox(sandbox, container.name)
      if (record?.state === 'running') {
        const planned = killOf(facts, container, record, false)
        if (!planned) kept += 1
        else {
          kill.push(planned)
          if (planned.reason === 'definition' || shouldRestart(container, spec.restartPolicy, 1)) start.push({ container, isInit: false, killed: true })
          else kept += 1
        }
      } else if (isToStart(facts, container)) start.push({ container, isInit: false, killed: killsUnknown(container, record, false, kill) })
    }
    if (kept === 0 && !start.some((planned) => !planned.isInit)) return { kind: 'finish' }
  }
  return { kind: 'act', kill, start }
}

/** True when the container has not run yet, or ended and its policy starts it again. */
function isToStart(facts: PlanFacts, container: Container): boolean {
  const record = facts.newest(container.name)
  if (!record) return true
  if (record.state === 'unknown') return true
  // It ran in a sandbox that is gone: its end says nothing about a policy that restarts.
  return shouldRestart(container, facts.spec.restartPolicy, record.state === 'exited' ? record.exitCode : 137)
}

/** A finished pod gets no new sandbox. */
function wantsSandbox(facts: PlanFacts): boolean {
  const { spec } = facts
  const main = spec.containers.some((container) => isToStart(facts, container))
  const failedInit = (spec.initContainers ?? []).some((container) => {
    const record = facts.newest(container.name)
    return !isSidecar(container) && record?.state === 'exited' && record.exitCode !== 0 && !shouldRestart(container, spec.restartPolicy, record.exitCode)
  })
  return main && !failedInit
}

function planInit(facts: PlanFacts, initialized: boolean, kill: PlannedKill[], start: PlannedStart[]): 'done' | 'waiting' | 'failed' {
  for (const container of facts.spec.initContainers ?? []) {
    const record = facts.sandbox && inSandbox(facts.sandbox, container.name)
    if (isSidecar(container)) {
      if (!planSidecar(facts, container, record, kill, start) && !initialized) return 'waiting'
      continue
    }
    if (initialized || (record?.state === 'exited' && record.exitCode === 0)) continue
    if (record?.state === 'running' || record?.state === 'created') return 'waiting'
    if (record?.state === 'exited' && !shouldRestart(container, facts.spec.restartPolicy, record.exitCode)) return 'failed'
    start.push({ container, isInit: true, killed: killsUnknown(container, record, true, kill) })
    return 'waiting'
  }
  return 'done'
}

/** True when the sidecar has started, so that the next one may. */
function planSidecar(facts: PlanFacts, container: Container, record: ContainerRecord | undefined, kill: PlannedKill[], start: PlannedStart[]): boolean {
  if (record?.state !== 'running') {
    start.push({ container, isInit: true, killed: killsUnknown(container, record, true, kill) })
    return false
  }
  const planned = killOf(facts, container, record, true)
  if (planned) {
    kill.push(planned)
    start.push({ container, isInit: true, killed: true })
    return false
  }
  return !container.startupProbe || facts.startup(container.name) === 'success'
}

function killOf(facts: PlanFacts, container: Container, record: ContainerRecord, isInit: boolean): PlannedKill | null {
  const restarts = isInit ? '' : shouldRestart(container, facts.spec.restartPolicy, 1) ? ', will be restarted' : ''
  const who = `${isInit ? 'Init container' : 'Container'} ${container.name}`
  if (record.hash !== hashOf(container)) {
    return { container, record, isInit, reason: 'definition', message: isInit ? `${who} definition changed` : `${who} definition changed, will be restarted` }
  }
  if (container.livenessProbe && facts.liveness(container.name) === 'failure') return { container, record, isInit, reason: 'liveness', message: `${who} failed liveness probe${restarts}` }
  if (container.startupProbe && facts.startup(container.name) === 'failure') return { container, record, isInit, reason: 'startup', message: `${who} failed startup probe${restarts}` }
  return null
}

/** It may run or not: what is started anew must not run twice. True: it is to be killed. */
function killsUnknown(container: Container, record: ContainerRecord | undefined, isInit: boolean, kill: PlannedKill[]): boolean {
  if (record?.state !== 'unknown') return false
  kill.push({ container, record, isInit, reason: 'unknown', message: `${isInit ? 'Init container' : 'Container'} is in "unknown" state, try killing it before restart` })
  return true
}

function inSandbox(sandbox: SandboxRecord, name: string): ContainerRecord | undefined {
  return sandbox.containers.findLast((record) => record.name === name)
}
