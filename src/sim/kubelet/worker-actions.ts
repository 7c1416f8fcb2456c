// Upstream: pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod, pkg/kubelet/kubelet_pods.go killPod (v1.36). Left out: sandboxes' own configuration, images of sandboxes.
import type { Millis } from '../kernel/agenda.ts'
import type { Container, Pod } from '../api/generated/types.ts'
import { digestOf } from '../runtime/image-catalogue.ts'
import type { ContainerRecord, SandboxRecord } from '../runtime/node-disk.ts'
import { planContainers, type PlannedKill, type PlannedStart } from './container-plan.ts'
import { runtimeCosts, startContainer, type StartOutcome } from './container-starter.ts'
import { kubeletConstants } from './flags.ts'
import { networkNotReady } from './node-status.ts'
import { missingDnsText, resolverOf } from './pod-dns.ts'
import type { AddressAnswer } from './pod-addresses.ts'
import type { PodWorker } from './pod-worker.ts'
import { tellMissingPullSecrets } from './pull-secrets.ts'
import { isSidecar } from './restart-policy.ts'
import { rpcError } from './runtime-calls.ts'
import { VolumeMounter } from './volume-mounter.ts'
import type { WorkerHost } from './worker-host.ts'

/** Waits for the pod's volumes, makes its sandbox and starts what comes first in it. */
export function createSandbox(host: WorkerHost, worker: PodWorker): void {
  const { pod } = worker
  const old = host.runtime.sandboxesOf(pod.metadata.uid)
  if (old.length > 0) host.event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.')
  worker.begin()
  const mounter = new VolumeMounter({
    agenda: host.agenda,
    source: () => host.environment(worker.sandbox?.ip ?? ''),
    warn: (message) => host.event(worker.pod, 'Warning', 'FailedMount', message),
    isWanted: () => worker.stage === 'syncing' && worker.sandbox === undefined,
    mounted: (files) => worker.mounted(files),
  })
  mounter.mount(pod, () => {
    tellMissingPullSecrets(host, worker)
    const attempt = (old.at(-1)?.attempt ?? -1) + 1
    host.calls.call(runtimeCosts.sandbox, `sandbox of ${worker.key}`, () => {
      if (worker.stage === 'syncing') startSandbox(host, worker, attempt)
    }, (error, after) => {
      if (worker.stage === 'syncing') failSandbox(host, worker, attempt, error, after)
    })
  })
}

/** The last that is asked of a new sandbox is its status: then it is there already. */
function failSandbox(host: WorkerHost, worker: PodWorker, attempt: number, error: string, after: Millis | null): void {
  const { pod } = worker
  const address = after !== null && after >= runtimeCosts.sandbox - runtimeCosts.sandboxStatus ? host.allocateIP(pod) : null
  if (address && 'ip' in address) {
    host.runtime.createSandbox(pod, address.ip, attempt)
    host.event(pod, 'Warning', 'FailedPodSandBoxStatus', `Unable to get pod sandbox status: ${rpcError(error)}`)
  } else host.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${rpcError(error)}`)
  worker.wakeAt(host.turns.after(kubeletConstants.syncErrorBackOff))
  worker.end()
}

function startSandbox(host: WorkerHost, worker: PodWorker, attempt: number): void {
  const { pod } = worker
  const answer = host.allocateIP(pod)
  if ('refusal' in answer) {
    tellRefusal(host, pod, answer)
    worker.wakeAt(host.turns.after(answer.refusal === 'noNetwork' ? kubeletConstants.transientErrorBackOff : kubeletConstants.syncErrorBackOff))
    return worker.end()
  }
  tellOfDns(host, pod)
  const sandbox = host.runtime.createSandbox(pod, answer.ip, attempt)
  const plan = planContainers(worker)
  if (plan.kind === 'act') startEach(host, worker, sandbox, plan.start, 0)
  else worker.end()
}

function tellOfDns(host: WorkerHost, pod: Pod): void {
  const { dns } = host.place
  const missing = missingDnsText(pod, dns)
  if (missing !== null) {
    host.nodeEvent('Warning', 'MissingClusterDNS', missing)
    host.event(pod, 'Warning', 'MissingClusterDNS', `pod: "${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})". ${missing}`)
  }
  for (const warning of resolverOf(pod, dns).warnings) host.event(pod, 'Warning', 'DNSConfigForming', warning)
}

function tellRefusal(host: WorkerHost, pod: Pod, answer: Exclude<AddressAnswer, { readonly ip: string }>): void {
  if (answer.refusal === 'noNetwork') return host.event(pod, 'Warning', 'NetworkNotReady', `network is not ready: ${networkNotReady}`)
  const id = digestOf(`${pod.metadata.uid} ${host.agenda.now}`).slice('sha256:'.length)
  host.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${id}": plugin type="bridge" failed (add): ${answer.error}`)
}

/** Kills what is planned to be killed and then, one after the other, starts what is planned to be started. */
export function carryOut(host: WorkerHost, worker: PodWorker, sandbox: SandboxRecord, kill: readonly PlannedKill[], start: readonly PlannedStart[]): void {
  worker.begin()
  worker.cancelWake()
  for (const { container, record, message, reason } of kill) {
    const probeGrace = reason === 'liveness' ? container.livenessProbe?.terminationGracePeriodSeconds : reason === 'startup' ? container.startupProbe?.terminationGracePeriodSeconds : undefined
    worker.prober?.stopped(container.name)
    worker.stop(container, record, (probeGrace ?? worker.pod.spec.terminationGracePeriodSeconds) * 1000, message)
  }
  worker.whenEnded(kill.map(({ record }) => record), () => startEach(host, worker, sandbox, start, 0))
}

function startEach(host: WorkerHost, worker: PodWorker, sandbox: SandboxRecord, start: readonly PlannedStart[], at: number): void {
  const planned = start[at]
  worker.starting = planned?.container ?? null
  if (!planned) return worker.end()
  const { container, killed } = planned
  const records = worker.recordsOf(container.name)
  const attempt = (records.at(-1)?.attempt ?? lastKnownAttempt(worker, container)) + 1
  startContainer(host, { worker, pod: worker.pod, sandbox, container, records, killed, attempt, isWanted: () => worker.isStartingIn(sandbox) }, (outcome) => {
    takeOutcome(host, worker, container, outcome)
    startEach(host, worker, sandbox, start, at + 1)
  })
}

function takeOutcome(host: WorkerHost, worker: PodWorker, container: Container, outcome: StartOutcome): void {
  const { name } = container
  if (outcome.kind === 'started') {
    worker.noteStart(name, outcome.hookFailed ? { reason: 'PostStartHookError', message: 'PostStartHook failed' } : null)
    if (outcome.hookFailed) worker.stop(container, outcome.hookFailed, worker.pod.spec.terminationGracePeriodSeconds * 1000, 'FailedPostStartHook')
    return
  }
  const { now } = host.agenda
  const image = outcome.error.reason === 'ImagePullBackOff'
  // The error of a crash loop says when its back-off is over (BackoffError), and a long one is looked at each minute or so. That of a pull does not: it is looked at as any error is.
  const turn = host.turns.after(outcome.retryAt === null || image ? kubeletConstants.syncErrorBackOff : outcome.retryAt - now)
  worker.noteStart(name, outcome.error, outcome.retryAt === null ? null : { since: now, due: Math.max(turn, outcome.retryAt), image })
  worker.wakeAt(turn)
  host.publish(worker)
}

/** What the API remembers when the runtime does not. */
function lastKnownAttempt({ pod: { status } }: PodWorker, { name }: Container): number {
  const known = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find((candidate) => candidate.name === name)
  return known && (known.state?.running || known.state?.terminated || known.lastState?.terminated) ? known.restartCount : -1
}

/** Begins to stop all that runs: main containers at once, sidecars after them, the last one first. */
export function stopAll(worker: PodWorker, graceSeconds: number): void {
  const { containers, initContainers = [] } = worker.pod.spec
  const isNew = ({ id }: ContainerRecord): boolean => !worker.stopper?.isStopping(id)
  const running = worker.running().filter(isNew)
  const sidecars = initContainers.filter(isSidecar)
  const mainIds = worker.running().filter((record) => !sidecars.some((sidecar) => sidecar.name === record.name)).map((record) => record.id)
  for (const container of [...containers, ...initContainers]) {
    const record = running.find((candidate) => candidate.name === container.name)
    if (!record) continue
    const at = sidecars.indexOf(container)
    const later = sidecars.slice(at + 1).map((sidecar) => sidecar.name)
    const after = at < 0 ? [] : [...mainIds, ...running.filter((candidate) => later.includes(candidate.name)).map((candidate) => candidate.id)]
    worker.stop(container, record, graceSeconds * 1000, `Stopping container ${container.name}`, after)
  }
  worker.stopper?.shorten(graceSeconds * 1000)
}
