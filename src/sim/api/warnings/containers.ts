// Upstream: pkg/api/pod/warnings.go: containers and their ports (v1.36).
import type { ContainerPort, EnvVar, PodSpec } from '../generated/types.ts'
import { quoted } from '../go-text.ts'
import type { Labels } from '../objects.ts'
import { semanticEqual } from '../semantic.ts'
import { appArmorKey, appArmorOf } from '../strategy/app-armor.ts'
import { containersOf } from '../validation/containers-of.ts'
import { fractionWarnings } from './amounts.ts'
import { isFirst, mostCompared } from './bounds.ts'

type Placed = ReturnType<typeof containersOf>[number]

/** `template`: where the template stands; empty for a pod itself. */
export function containerWarnings(spec: PodSpec, annotations: Labels, template: string): string[] {
  const containers = containersOf(spec, `${template}spec`)
  const ports = containers.flatMap(({ container, path }) => (container.ports ?? []).map((port, at) => ({ port, path: `${path}.ports[${at}]` })))
  return [
    ...containers.flatMap((placed) => [...annotationWarnings(placed, spec, annotations, template), ...amountWarnings(placed), ...environmentWarnings(placed.container.env ?? [], placed.path)]),
    ...portWarnings(ports.slice(0, mostCompared)),
    ...portNameWarnings(ports),
  ]
}

/** A pod's own annotations of AppArmor were told of when they became fields. */
function annotationWarnings({ container: { name, securityContext } }: Placed, spec: PodSpec, annotations: Labels, template: string): string[] {
  const seccomp = `container.seccomp.security.alpha.kubernetes.io/${name}`
  const appArmor = annotations[appArmorKey(name)]
  const profile = spec.securityContext?.appArmorProfile
  const isTold = template !== '' && !securityContext?.appArmorProfile && appArmor !== undefined && !(profile && semanticEqual(profile, appArmorOf(appArmor)))
  return [
    ...(!securityContext?.seccompProfile && annotations[seccomp] !== undefined ? [seccompWarning(template, seccomp)] : []),
    ...(isTold ? [appArmorWarning(template, name)] : []),
  ]
}

export function seccompWarning(template: string, key: string): string {
  return `${template}metadata.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`
}

export function appArmorWarning(template: string, container: string): string {
  return `${template}metadata.annotations[${appArmorKey(container)}]: deprecated since v1.30; use the "appArmorProfile" field instead`
}

function amountWarnings({ container: { resources: { limits, requests } = {} }, path }: Placed): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((resource) => [
    ...fractionWarnings(`${path}.resources.limits`, limits, resource),
    ...fractionWarnings(`${path}.resources.requests`, requests, resource),
  ])
}

/** A second value is meant when it builds upon the first: `PATH: $(PATH):/bin`. */
function environmentWarnings(variables: readonly EnvVar[], path: string): string[] {
  const names = new Set<string>()
  return variables.flatMap(({ name, value = '', valueFrom }, at) => {
    const before = `$(${name})`
    if (isFirst(name, names) || (!valueFrom && value !== before && value.includes(before))) return []
    return [`${path}.env[${at}]: hides previous definition of ${quoted(name)}, which may be dropped when using apply`]
  })
}

interface PlacedPort {
  readonly port: ContainerPort
  readonly path: string
}

function portWarnings(ports: readonly PlacedPort[]): string[] {
  return ports.flatMap(({ port, path }, at) => {
    const { name = '', hostPort = 0, containerPort, protocol, hostIP = '' } = port
    const form = `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`
    return [
      ...(hostIP && !hostPort ? [`${path}: hostIP set without hostPort: ${form}`] : []),
      ...ports.slice(0, at).flatMap((other) => {
        const likeness = likenessOf(port, other.port)
        return likeness ? [`${path}: ${likeness} port definition with ${other.path}`] : []
      }),
    ]
  })
}

function likenessOf(one: ContainerPort, other: ContainerPort): string | undefined {
  if (one.containerPort !== other.containerPort || one.protocol !== other.protocol) return undefined
  const samePort = (one.hostPort ?? 0) === (other.hostPort ?? 0)
  if (samePort && (one.hostIP ?? '') === (other.hostIP ?? '')) return 'duplicate'
  if (!one.hostPort || !other.hostPort) return 'overlapping'
  return samePort && !one.hostIP !== !other.hostIP ? 'dangerously ambiguous' : undefined
}

function portNameWarnings(ports: readonly PlacedPort[]): string[] {
  const firsts = new Map<string, string>()
  return ports.flatMap(({ port: { name }, path }) => {
    if (!name) return []
    const first = firsts.get(name) ?? path
    firsts.set(name, first)
    return first !== path ? [`${path}: duplicate port name ${quoted(name)} with ${first}, services and probes that select ports by name will use ${first}`] : []
  })
}
