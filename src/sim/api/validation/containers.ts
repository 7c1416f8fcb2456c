// Upstream: pkg/apis/core/validation validateContainers, validateInitContainers, validateEphemeralContainers (v1.36). Left out: rules of restart per exit code.
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, forbidden, invalid, notFound, required, tooMany } from '../field-errors.ts'
import type { Container, ContainerPort, ContainerResizePolicy, EphemeralContainer, PodSpec } from '../generated/types.ts'
import { checkPortName, checkPortNumber } from '../names.ts'
import { checkChoice, checkLabel, checkOptionalChoice, faultsOf } from './checks.ts'
import { validateEnvironment, validateEnvironmentSources } from './environment.ts'
import { validateDevices, validateMounts } from './mounts.ts'
import { probeNames, validateLifecycle, validateProbes } from './probes.ts'
import { validateResources } from './resources.ts'
import { validateSecurityContext } from './security.ts'
import type { Volumes } from './volumes.ts'

/** What a container's rules need to know of its pod. */
export interface ContainerSurroundings {
  readonly spec: PodSpec
  readonly volumes: Volumes
  readonly claimNames: readonly string[]
}

export function validateContainers(around: ContainerSurroundings, path: string): FieldError[] {
  const { spec } = around
  const containers = spec.containers ?? []
  if (containers.length === 0) return [required(path, '')]
  const names = new Set<string>()
  const faults = containers.flatMap((container, at) => {
    const here = `${path}[${at}]`
    const own = validateContainer(container, around, here)
    if (names.has(container.name)) own.push(duplicate(`${here}.name`, container.name))
    names.add(container.name)
    addAll(own, validateLifecycle(container.lifecycle, spec, `${here}.lifecycle`))
    addAll(own, validateProbes(container, spec.terminationGracePeriodSeconds, here))
    addAll(own, validateRestarts(container, here))
    return own
  })
  return [...faults, ...hostPortConflicts(containers, path)]
}

export function validateInitContainers(around: ContainerSurroundings, path: string): FieldError[] {
  const { spec } = around
  const names = new Set((spec.containers ?? []).map((container) => container.name))
  return (spec.initContainers ?? []).flatMap((container, at) => {
    const here = `${path}[${at}]`
    const own = validateContainer(container, around, here)
    addAll(own, validateRestarts(container, here))
    if (names.has(container.name)) own.push(duplicate(`${here}.name`, container.name))
    else if (container.name) names.add(container.name)
    addAll(own, hostPortConflicts([container], path))
    return [...own, ...validateInitOnly(container, spec, here)]
  })
}

/** A container's own policy, and the exits for which it makes exceptions. */
function validateRestarts({ restartPolicy, restartPolicyRules: rules = [] }: Container, path: string): FieldError[] {
  const faults: FieldError[] = []
  if (restartPolicy !== undefined) addAll(faults, checkOptionalChoice(`${path}.restartPolicy`, restartPolicy, ['Always', 'Never', 'OnFailure']))
  else if (rules.length > 0) faults.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'))
  if (rules.length > 20) faults.push(tooMany(`${path}.restartPolicyRules`, rules.length, 20))
  for (const [at, { action, exitCodes }] of rules.entries()) {
    const here = `${path}.restartPolicyRules[${at}]`
    addAll(faults, checkOptionalChoice(`${here}.action`, action ?? '', ['Restart', 'RestartAllContainers']))
    if (!exitCodes) {
      faults.push(required(`${here}.exitCodes`, 'must be specified'))
      continue
    }
    addAll(faults, checkOptionalChoice(`${here}.exitCodes.operator`, exitCodes.operator ?? '', ['In', 'NotIn']))
    const count = exitCodes.values?.length ?? 0
    if (count > 255) faults.push(tooMany(`${here}.exitCodes.values`, count, 255))
  }
  return faults
}

/** Only a sidecar lives long enough to be probed. */
function validateInitOnly(container: Container, spec: PodSpec, path: string): FieldError[] {
  if (container.restartPolicy === 'Always') {
    return [...validateLifecycle(container.lifecycle, spec, `${path}.lifecycle`), ...validateProbes(container, spec.terminationGracePeriodSeconds, path)]
  }
  return (['lifecycle', ...probeNames] as const)
    .filter((field) => container[field] !== undefined)
    .map((field) => forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always'))
}

/** In the order of Go's struct: what a container that is there to look around may not have. */
const notEphemeral = ['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const

export function validateEphemeralContainers(around: ContainerSurroundings, path: string): FieldError[] {
  const { spec } = around
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((container) => container.name))
  const names = new Set(others)
  return (spec.ephemeralContainers ?? []).flatMap((container, at) => {
    const here = `${path}[${at}]`
    const own = [...validateContainer(container as Container, around, here), ...validateImageText(container.image ?? '', here)]
    if (names.has(container.name)) own.push(duplicate(`${here}.name`, container.name))
    names.add(container.name)
    const target = container.targetContainerName
    if (target && !others.has(target)) own.push(notFound(`${here}.targetContainerName`, target))
    for (const field of notEphemeral) if (isSet(container, field)) own.push(forbidden(`${here}.${field}`, notForEphemeral))
    ;(container.volumeMounts ?? []).forEach((mount, index) => {
      if (mount.subPath) own.push(forbidden(`${here}.volumeMounts[${index}].subPath`, notForEphemeral))
      if (mount.subPathExpr) own.push(forbidden(`${here}.volumeMounts[${index}].subPathExpr`, notForEphemeral))
    })
    return own
  })
}

const notForEphemeral = 'cannot be set for an Ephemeral Container'

function isSet(container: EphemeralContainer, field: (typeof notEphemeral)[number]): boolean {
  const value = container[field]
  return value !== undefined && (field !== 'resources' || Object.keys(value).length > 0)
}

/** In pods, not in templates: whitespace around an image's name. */
export function validateImageText(image: string, path: string): FieldError[] {
  return image === image.trim() ? [] : [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')]
}

/** What holds for every container. */
function validateContainer(container: Container, { spec, volumes, claimNames }: ContainerSurroundings, path: string): FieldError[] {
  return [
    ...(container.name ? checkLabel(`${path}.name`, container.name) : [required(`${path}.name`, '')]),
    ...(container.image ? [] : [required(`${path}.image`, '')]),
    ...checkChoice(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError']),
    ...validatePorts(container.ports ?? [], `${path}.ports`),
    ...validateEnvironment(container.env ?? [], `${path}.env`),
    ...validateEnvironmentSources(container.envFrom ?? [], `${path}.envFrom`),
    ...validateMounts(container, volumes, `${path}.volumeMounts`),
    ...validateDevices(container, volumes, `${path}.volumeDevices`),
    ...checkChoice(`${path}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...validateResources(container.resources, 'container', claimNames, `${path}.resources`),
    ...validateResizePolicy(container.resizePolicy ?? [], spec.restartPolicy, `${path}.resizePolicy`),
    ...validateSecurityContext(container.securityContext, spec.hostUsers !== false, `${path}.securityContext`),
  ]
}

function validatePorts(ports: readonly ContainerPort[], path: string): FieldError[] {
  const names = new Set<string>()
  return ports.flatMap((port, at) => {
    const here = `${path}[${at}]`
    const faults: FieldError[] = []
    if (port.name) {
      const messages = checkPortName(port.name)
      addAll(faults, faultsOf(`${here}.name`, port.name, messages))
      if (messages.length === 0 && names.has(port.name)) faults.push(duplicate(`${here}.name`, port.name))
      if (messages.length === 0) names.add(port.name)
    }
    if (port.containerPort) addAll(faults, faultsOf(`${here}.containerPort`, port.containerPort, checkPortNumber(port.containerPort)))
    else faults.push(required(`${here}.containerPort`, ''))
    if (port.hostPort) addAll(faults, faultsOf(`${here}.hostPort`, port.hostPort, checkPortNumber(port.hostPort)))
    return [...faults, ...checkChoice(`${here}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP'])]
  })
}

function hostPortConflicts(containers: readonly Container[], path: string): FieldError[] {
  const taken = new Set<string>()
  return containers.flatMap((container, at) =>
    (container.ports ?? []).flatMap(({ protocol, hostIP, hostPort }, index) => {
      if (!hostPort) return []
      const key = `${protocol}/${hostIP ?? ''}/${hostPort}`
      if (taken.has(key)) return [duplicate(`${path}[${at}].ports[${index}].hostPort`, key)]
      taken.add(key)
      return []
    }),
  )
}

function validateResizePolicy(policies: readonly ContainerResizePolicy[], restartPolicy: string, path: string): FieldError[] {
  const seen = new Set<string>()
  return policies.flatMap((policy, at) => {
    const faults: FieldError[] = []
    if (seen.has(policy.resourceName)) faults.push(duplicate(`${path}[${at}]`, policy.resourceName))
    seen.add(policy.resourceName)
    addAll(faults, checkChoice(path, policy.resourceName, ['cpu', 'memory']), checkChoice(path, policy.restartPolicy, ['NotRequired', 'RestartContainer']))
    if (restartPolicy === 'Never' && policy.restartPolicy !== 'NotRequired') faults.push(invalid(path, policy.restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"))
    return faults
  })
}
