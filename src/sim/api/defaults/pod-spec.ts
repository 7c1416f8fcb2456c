// Upstream: pkg/apis/core/v1/defaults.go (v1.36).
import type { Container, ContainerPort, EnvVar, PodSpec, Probe, Volume, VolumeProjection } from '../generated/types.ts'
import { memoized } from './memo.ts'

/** What every pod spec gets, in a pod or in a template: policies, grace period, scheduler, and the defaults of its containers and volumes. */
export function defaultPodSpec(spec: PodSpec): PodSpec {
  return completed(withContainers(spec))
}

/** Who names no container is refused later, by validation; until then nobody has to ask whether there is a list. */
export function withContainers(spec: PodSpec): PodSpec {
  const { containers }: Partial<PodSpec> = spec
  return containers ? spec : { ...spec, containers: [] }
}

const completed = memoized((spec: PodSpec): PodSpec => ({
  ...spec,
  ...(spec.volumes ? { volumes: spec.volumes.map(defaultVolume) } : {}),
  ...(spec.initContainers ? { initContainers: spec.initContainers.map(defaultContainer) } : {}),
  containers: spec.containers.map(defaultContainer),
  ...(spec.ephemeralContainers ? { ephemeralContainers: spec.ephemeralContainers.map((container) => ({ ...container, ...defaultContainer(container as Container) })) } : {}),
  restartPolicy: spec.restartPolicy || 'Always',
  terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
  dnsPolicy: spec.dnsPolicy || 'ClusterFirst',
  ...serviceAccountNames(spec),
  securityContext: spec.securityContext ?? {},
  schedulerName: spec.schedulerName || 'default-scheduler',
}))

/** serviceAccount is the old name of serviceAccountName: the one follows the other. */
function serviceAccountNames(spec: PodSpec): Pick<PodSpec, 'serviceAccountName' | 'serviceAccount'> {
  const name = spec.serviceAccountName || spec.serviceAccount
  return name ? { serviceAccountName: name, serviceAccount: name } : {}
}

function defaultContainer(container: Container): Container {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container
  return {
    ...container,
    ...(container.ports ? { ports: container.ports.map(defaultPort) } : {}),
    ...(container.env ? { env: container.env.map(defaultVariable) } : {}),
    ...(livenessProbe ? { livenessProbe: defaultProbe(livenessProbe) } : {}),
    ...(readinessProbe ? { readinessProbe: defaultProbe(readinessProbe) } : {}),
    ...(startupProbe ? { startupProbe: defaultProbe(startupProbe) } : {}),
    ...(lifecycle ? { lifecycle: defaultLifecycle(lifecycle) } : {}),
    terminationMessagePath: container.terminationMessagePath || '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy || 'File',
    imagePullPolicy: container.imagePullPolicy || pullPolicyOf(container.image ?? ''),
  }
}

/** Always for the tag `latest`, which is also what neither tag nor digest mean; what is no image name at all is not latest. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (!imageName.test(image) || identifier.test(image)) return 'IfNotPresent'
  const [name = '', digest] = image.split('@')
  if (repositoryOf(name).length > longestRepository) return 'IfNotPresent'
  const tag = /:([^/:]*)$/.exec(name)?.[1]
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent'
}

/** A whole image ID is not taken for a name. */
const identifier = /^[a-f0-9]{64}$/

/** RepositoryNameTotalLengthMax of github.com/distribution/reference: what is longer is no name either. */
const longestRepository = 255

/** The name without registry and tag, in full: docker.io's own images are in its library. */
function repositoryOf(name: string): string {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isRegistry = /[.:A-Z]/.test(first) || first === 'localhost'
  const path = (isRegistry ? name.slice(slash + 1) : name).replace(/:[^/:]*$/, '')
  return slash < 0 ? `library/${path}` : path
}

const imageName = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}))?$/

function defaultPort(port: ContainerPort): ContainerPort {
  return { ...port, protocol: port.protocol || 'TCP' }
}

function defaultVariable(variable: EnvVar): EnvVar {
  const reference = variable.valueFrom?.fieldRef
  if (!reference || reference.apiVersion) return variable
  return { ...variable, valueFrom: { ...variable.valueFrom, fieldRef: { apiVersion: 'v1', ...reference } } }
}

function defaultProbe(probe: Probe): Probe {
  return {
    ...probe,
    ...defaultHandler(probe),
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  }
}

function defaultLifecycle(lifecycle: NonNullable<Container['lifecycle']>): NonNullable<Container['lifecycle']> {
  const { postStart, preStop } = lifecycle
  return {
    ...lifecycle,
    ...(postStart ? { postStart: { ...postStart, ...defaultHandler(postStart) } } : {}),
    ...(preStop ? { preStop: { ...preStop, ...defaultHandler(preStop) } } : {}),
  }
}

function defaultHandler({ httpGet, grpc }: Pick<Probe, 'httpGet' | 'grpc'>): Pick<Probe, 'httpGet' | 'grpc'> {
  return {
    ...(httpGet ? { httpGet: { ...httpGet, path: httpGet.path || '/', scheme: httpGet.scheme || 'HTTP' } } : {}),
    ...(grpc ? { grpc: { ...grpc, service: grpc.service ?? '' } } : {}),
  }
}

const ordinaryMode = 420 // 0644

function defaultVolume(volume: Volume): Volume {
  const { name, secret, configMap, downwardAPI, projected, hostPath, ephemeral, image } = volume
  if (Object.keys(volume).every((key) => key === 'name')) return { name, emptyDir: {} }
  return {
    ...volume,
    ...(secret ? { secret: { ...secret, defaultMode: secret.defaultMode ?? ordinaryMode } } : {}),
    ...(configMap ? { configMap: { ...configMap, defaultMode: configMap.defaultMode ?? ordinaryMode } } : {}),
    ...(downwardAPI ? { downwardAPI: { ...downwardAPI, ...defaultFiles(downwardAPI), defaultMode: downwardAPI.defaultMode ?? ordinaryMode } } : {}),
    ...(projected ? { projected: { ...projected, ...(projected.sources ? { sources: projected.sources.map(defaultProjection) } : {}), defaultMode: projected.defaultMode ?? ordinaryMode } } : {}),
    ...(hostPath ? { hostPath: { ...hostPath, type: hostPath.type ?? '' } } : {}),
    ...(ephemeral?.volumeClaimTemplate ? { ephemeral: defaultEphemeral(ephemeral) } : {}),
    ...(image ? { image: { ...image, pullPolicy: image.pullPolicy || pullPolicyOf(image.reference ?? '') } } : {}),
    ...defaultOldVolume(volume),
  }
}

/** The sources of former days, which still have defaults of their own. */
function defaultOldVolume({ iscsi, rbd, azureDisk, scaleIO }: Volume): Partial<Volume> {
  return {
    ...(iscsi ? { iscsi: { ...iscsi, iscsiInterface: iscsi.iscsiInterface || 'default' } } : {}),
    ...(rbd ? { rbd: { ...rbd, pool: rbd.pool || 'rbd', user: rbd.user || 'admin', keyring: rbd.keyring || '/etc/ceph/keyring' } } : {}),
    ...(azureDisk
      ? { azureDisk: { ...azureDisk, cachingMode: azureDisk.cachingMode ?? 'ReadWrite', fsType: azureDisk.fsType ?? 'ext4', readOnly: azureDisk.readOnly ?? false, kind: azureDisk.kind ?? 'Shared' } }
      : {}),
    ...(scaleIO ? { scaleIO: { ...scaleIO, storageMode: scaleIO.storageMode || 'ThinProvisioned', fsType: scaleIO.fsType || 'xfs' } } : {}),
  }
}

function defaultEphemeral(ephemeral: NonNullable<Volume['ephemeral']>): NonNullable<Volume['ephemeral']> {
  const template = ephemeral.volumeClaimTemplate
  return template ? { ...ephemeral, volumeClaimTemplate: { ...template, spec: { ...template.spec, volumeMode: template.spec.volumeMode ?? 'Filesystem' } } } : ephemeral
}

type Files = Pick<NonNullable<Volume['downwardAPI']>, 'items'>

function defaultFiles({ items }: Files): Files {
  if (!items) return {}
  return { items: items.map((item) => (item.fieldRef && !item.fieldRef.apiVersion ? { ...item, fieldRef: { apiVersion: 'v1', ...item.fieldRef } } : item)) }
}

function defaultProjection(source: VolumeProjection): VolumeProjection {
  const { downwardAPI, serviceAccountToken } = source
  return {
    ...source,
    ...(downwardAPI ? { downwardAPI: { ...downwardAPI, ...defaultFiles(downwardAPI) } } : {}),
    ...(serviceAccountToken ? { serviceAccountToken: { ...serviceAccountToken, expirationSeconds: serviceAccountToken.expirationSeconds ?? 3600 } } : {}),
  }
}
