// Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go startContainer, images/image_manager.go EnsureImageExists (v1.36). Left out: devices, security contexts, log directories.
import type { Millis } from '../kernel/agenda.ts'
import type { Container, Pod } from '../api/generated/types.ts'
import type { ContainerIdentity } from '../runtime/container-runtime.ts'
import { parseImageReference } from '../runtime/image-reference.ts'
import type { PullOutcome } from '../runtime/image-store.ts'
import type { ContainerRecord, SandboxRecord } from '../runtime/node-disk.ts'
import type { StartError } from './api-container-status.ts'
import { templateOf } from './container-template.ts'
import { durationText } from './go-duration.ts'
import { hostnameOf } from './pod-dns.ts'
import { PodFiles } from './pod-files.ts'
import type { PodWorker } from './pod-worker.ts'
import { decideImage, presentText, pullBackOffOf, pulledText, pullErrorOf, type ImagePresence } from './image-decision.ts'
import { pullSecretsOf } from './pull-secrets.ts'
import { credentialsFor, noCredentials, type PodCredentials } from './registry-credentials.ts'
import { rpcError } from './runtime-calls.ts'
import { withEntry, withoutEntry } from './sparse-map.ts'
import { containerEvent, hashOf, runWorkerHook, type WorkerHost } from './worker-host.ts'
import { freshVolumes } from './worker-volumes.ts'

/** How long the runtime takes, images aside; of a new sandbox, its status is the last part. */
export const runtimeCosts = { sandbox: 300, sandboxStatus: 10, container: 100 } as const

/** What a start came to: `retryAt` when a back-off says when to look again. */
export type StartOutcome =
  | { readonly kind: 'started'; readonly hookFailed: ContainerRecord | null }
  | { readonly kind: 'failed'; readonly error: StartError; readonly retryAt: Millis | null }

/** One start of a container, from the back-off check to the postStart hook. */
export interface StartRequest {
  readonly worker: PodWorker
  /** As it was when the start began. */
  readonly pod: Pod
  readonly sandbox: SandboxRecord
  readonly container: Container
  /** Newest last; a run that this very sync killed does not count for the back-off. */
  readonly records: readonly ContainerRecord[]
  readonly killed: boolean
  readonly attempt: number
  /** False once the pod is being ended: nothing more is started. */
  isWanted(): boolean
}

/** Starts one container and tells what came of it; in between, virtual time passes. */
export function startContainer(host: WorkerHost, request: StartRequest, done: (outcome: StartOutcome) => void): void {
  const { worker, pod, container } = request
  const { now } = host.agenda
  const ended = (request.killed ? request.records.slice(0, -1) : request.records).findLast((record) => record.state === 'exited')
  const key = `${pod.metadata.uid}/${container.name}/${hashOf(container)}`
  if (ended) {
    const finishedAt = ended.finishedAt ?? now
    const until = host.restartBackOff.until(key, finishedAt, now)
    if (until !== null) {
      const who = `pod=${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})`
      const delay = host.restartBackOff.of(key)
      containerEvent(host, worker, container, 'Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${who.slice(4)}`)
      return done({ kind: 'failed', error: { reason: 'CrashLoopBackOff', message: `back-off ${durationText(delay)} restarting failed container=${container.name} ${who}` }, retryAt: until })
    }
    host.restartBackOff.next(key, finishedAt, now)
  }
  ensureImage(host, request, (failure) => {
    if (!request.isWanted()) return
    if (failure) return done(failure)
    host.calls.call(runtimeCosts.container, `start ${pod.metadata.namespace ?? ''}/${pod.metadata.name} ${container.name}`, () => {
      if (request.isWanted()) create(host, request, done)
    }, (error, after) => {
      if (after !== null) host.runtime.abandonContainer(request.sandbox, identityOf(request))
      if (!request.isWanted()) return
      containerEvent(host, worker, container, 'Warning', 'Failed', `Error: ${error}`)
      done({ kind: 'failed', error: { reason: 'CreateContainerError', message: error }, retryAt: null })
    })
  })
}

function ensureImage(host: WorkerHost, request: StartRequest, done: (failure: StartOutcome | null) => void): void {
  const { worker, container, pod } = request
  const { image } = container
  const { now } = host.agenda
  const reference = parseImageReference(image)
  const credentials = 'error' in reference ? noCredentials : credentialsFor(reference.repository, pullSecretsOf(host, pod))
  const refusal = host.calls.refusal()
  if (refusal !== null && !('error' in reference) && container.imagePullPolicy !== 'Always') {
    // The name is not known yet where upstream prints it.
    const message = `Failed to inspect image "": ${rpcError(refusal)}`
    containerEvent(host, worker, container, 'Warning', 'InspectFailed', message)
    containerEvent(host, worker, container, 'Warning', 'Failed', 'Error: ImageInspectError')
    return done({ kind: 'failed', error: { reason: 'ImageInspectError', message }, retryAt: null })
  }
  const decision = decideImage(container, presenceOf(host, image, credentials))
  if (decision.kind === 'use') {
    containerEvent(host, worker, container, 'Normal', 'Pulled', presentText(image))
    return done(null)
  }
  if (decision.kind === 'refuse') {
    containerEvent(host, worker, container, 'Warning', decision.event.reason, decision.event.message)
    containerEvent(host, worker, container, 'Warning', 'Failed', `Error: ${decision.error.reason}`)
    return done({ kind: 'failed', error: decision.error, retryAt: null })
  }
  if (!credentials.ok) {
    // What Go says of them is all that is told.
    containerEvent(host, worker, container, 'Warning', 'Failed', `Error: ${credentials.error}`)
    return done({ kind: 'failed', error: { reason: credentials.error, message: credentials.error }, retryAt: null })
  }
  const key = `${pod.metadata.uid}_${image}`
  const until = host.imageBackOff.untilSinceUpdate(key, now)
  if (until !== null) {
    containerEvent(host, worker, container, 'Normal', 'BackOff', `Back-off pulling image "${image}"`)
    containerEvent(host, worker, container, 'Warning', 'Failed', 'Error: ImagePullBackOff')
    return done({ kind: 'failed', error: pullBackOffOf(image, host.pullErrors.get(key)), retryAt: until })
  }
  if ('error' in reference) return
  containerEvent(host, worker, container, 'Normal', 'Pulling', `Pulling image "${image}"`)
  const pulled = (outcome: PullOutcome): void => {
    host.images.imagesChanged()
    if (outcome.ok) host.pullRecords.pulled(image, outcome.image.digest, credentials.matching[0])
    if (!request.isWanted()) return
    if (outcome.ok) {
      host.pullErrors = withoutEntry(host.pullErrors, key)
      containerEvent(host, worker, container, 'Normal', 'Pulled', pulledText(image, outcome.took, outcome.waited, outcome.image.sizeBytes))
      return done(null)
    }
    containerEvent(host, worker, container, 'Warning', 'Failed', `Failed to pull image "${image}": ${outcome.error}`)
    const error = pullErrorOf(image, outcome.error)
    containerEvent(host, worker, container, 'Warning', 'Failed', `Error: ${error.reason}`)
    host.imageBackOff.next(key, host.agenda.now, host.agenda.now)
    host.pullErrors = withEntry(host.pullErrors, key, error)
    done({ kind: 'failed', error, retryAt: null })
  }
  if (refusal === null) host.runtime.images.pull(reference, pulled)
  else pulled({ ok: false, error: rpcError(refusal) })
}

function identityOf({ container, attempt }: StartRequest): ContainerIdentity {
  return { name: container.name, image: container.image, attempt, hash: hashOf(container) }
}

function presenceOf(host: WorkerHost, image: string, credentials: PodCredentials): ImagePresence {
  const found = host.runtime.images.find(image)
  if (!found) return 'absent'
  const mustPull = host.pullRecords.mustPull(image, found.digest, credentials)
  return mustPull === 'unknown' ? 'unknown' : mustPull ? 'inaccessible' : 'usable'
}

function create(host: WorkerHost, request: StartRequest, done: (outcome: StartOutcome) => void): void {
  const { worker, pod, sandbox, container } = request
  const source = host.environment(sandbox.ip)
  const made = templateOf(pod, container, source)
  if (!made.ok) {
    containerEvent(host, worker, container, 'Warning', 'Failed', `Error: ${made.error}`)
    return done({ kind: 'failed', error: { reason: 'CreateContainerConfigError', message: made.error }, retryAt: null })
  }
  const { name, image, attempt, hash } = identityOf(request)
  const stopSignal = host.gates.has('ContainerStopSignals') ? container.lifecycle?.stopSignal : undefined
  const started = host.runtime.startContainer(sandbox, {
    pod,
    name,
    image,
    attempt,
    hash,
    template: made.template,
    hostname: hostnameOf(pod, host.place.nodeName, host.place.dns.clusterDomain).hostname,
    ...(stopSignal && { stopSignal }),
    files: new PodFiles(sandbox, pod.spec, host.place, container, freshVolumes(host, worker, container)),
  })
  containerEvent(host, worker, container, 'Normal', 'Created', 'Container created')
  if (!started.ok) {
    containerEvent(host, worker, container, 'Warning', 'Failed', `Error: ${started.error}`)
    return done({ kind: 'failed', error: { reason: 'RunContainerError', message: started.error }, retryAt: null })
  }
  containerEvent(host, worker, container, 'Normal', 'Started', 'Container started')
  const postStart = container.lifecycle?.postStart
  if (!postStart) return done({ kind: 'started', hookFailed: null })
  const hook = runWorkerHook(host, worker, postStart, container, started.container)
  host.agenda.after(hook.took, `postStart of ${pod.metadata.name} ${container.name}`, () => {
    if (hook.failed) containerEvent(host, worker, container, 'Warning', 'FailedPostStartHook', 'PostStartHook failed')
    done({ kind: 'started', hookFailed: hook.failed ? started.container : null })
  })
}
