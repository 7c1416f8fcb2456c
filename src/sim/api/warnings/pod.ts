// Upstream: pkg/api/pod/warnings.go (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import { addressWarnings, isPlainIPv4 } from '../addresses.ts'
import { memoized } from '../defaults/memo.ts'
import type { LabelSelector, Pod, PodAffinity, PodSpec, PodTemplateSpec } from '../generated/types.ts'
import { quoted } from '../go-text.ts'
import { checkDns1123Label } from '../names.ts'
import type { Labels } from '../objects.ts'
import { appArmorPlan } from '../strategy/app-armor.ts'
import { fractionWarnings } from './amounts.ts'
import { isFirst } from './bounds.ts'
import { appArmorWarning, containerWarnings, seccompWarning } from './containers.ts'
import { nodeLabelWarnings, selectorTermWarnings } from './node-labels.ts'
import { volumeWarnings } from './volumes.ts'

/** What is said of a new pod; `sent` is the pod before annotations of AppArmor became fields. */
export function podWarnings({ metadata: { name, annotations }, spec }: Pod, sent: Pod): readonly string[] {
  const isAnnotated = annotations !== undefined && Object.keys(annotations).some((key) => /\b(?:alpha|beta)\.kubernetes\.io\//.test(key))
  const faults = checkDns1123Label(name)
  if (!isAnnotated && faults.length === 0) return warningsOfPlainSpec(spec)
  return [
    ...podPreparationWarnings(sent),
    ...nameWarnings("the Pod's hostname", faults),
    ...(isAnnotated ? warningsOf(spec, annotations, '') : warningsOfPlainSpec(spec)),
  ]
}

/** Of annotations of AppArmor that become fields. */
export function podPreparationWarnings(sent: Pod): readonly string[] {
  return appArmorPlan(sent).map(({ container }) => appArmorWarning('', container))
}

/** Of the addresses that a kubelet has reported. */
export function podStatusWarnings({ status: { podIP, podIPs = podIP ? [{ ip: podIP }] : [], hostIPs = [] } }: Pod): readonly string[] {
  return [...warningsOfAddresses(podIPs, 'status.podIPs'), ...warningsOfAddresses(hostIPs, 'status.hostIPs')]
}

/** Every status that is written is asked for them, so nothing is made for those that are in order. */
function warningsOfAddresses(addresses: readonly { readonly ip?: string }[], path: string): string[] {
  const warnings: string[] = []
  for (let at = 0; at < addresses.length; at += 1) {
    const { ip = '' } = addresses[at]!
    if (!isPlainIPv4(ip)) addAll(warnings, addressWarnings(`${path}[${at}].ip`, ip))
  }
  return warnings
}

/** What is said of an object that gives its name to pods: their maker. */
export function makerNameWarnings({ metadata: { name } }: Pick<Pod, 'metadata'>): string[] {
  return nameWarnings('Pod names and hostnames', checkDns1123Label(name))
}

function nameWarnings(use: string, faults: readonly string[]): string[] {
  return faults.length === 0 ? [] : [`metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${faults.join(' ')}]`]
}

/** `path`: where the template stands. */
export function templateWarnings(template: PodTemplateSpec | undefined, path = 'spec.template'): readonly string[] {
  return template ? warningsOf(template.spec, template.metadata.annotations ?? {}, `${path}.`) : []
}

/** All pods of a template are made of one spec. */
const warningsOfPlainSpec = memoized((spec: PodSpec): readonly string[] => warningsOf(spec, {}, ''))

const withFieldInstead = (version: number, field: string): string => `non-functional in v1.${version}+; use the "${field}" field instead`

const deprecatedAnnotations = [
  ['scheduler.alpha.kubernetes.io/critical-pod', withFieldInstead(16, 'priorityClassName')],
  ['security.alpha.kubernetes.io/sysctls', withFieldInstead(11, 'sysctls')],
  ['security.alpha.kubernetes.io/unsafe-sysctls', withFieldInstead(11, 'sysctls')],
] as const

const seccompKey = 'seccomp.security.alpha.kubernetes.io/pod'

/** In upstream's order. `template` is empty or ends with a dot. */
function warningsOf(spec: PodSpec, annotations: Labels, template: string): string[] {
  const path = `${template}spec`
  const { volumes = [], hostAliases = [], imagePullSecrets = [], terminationGracePeriodSeconds: grace = 0, dnsConfig } = spec
  return [
    ...placementWarnings(spec, path),
    ...deprecatedAnnotations.flatMap(([key, why]) => (annotations[key] === undefined ? [] : [`${template}metadata.annotations[${key}]: ${why}`])),
    ...volumeWarnings(volumes, `${path}.volumes`),
    ...repeated(hostAliases.map(({ ip }) => ip), `${path}.hostAliases`, 'ip'),
    ...repeated(imagePullSecrets.map(({ name = '' }) => name), `${path}.imagePullSecrets`, 'name'),
    ...imagePullSecrets.flatMap(({ name }, at) => (name ? [] : [`${path}.imagePullSecrets[${at}].name: invalid empty name ""`])),
    ...['memory', 'ephemeral-storage'].flatMap((resource) => fractionWarnings(`${path}.overhead`, spec.overhead, resource)),
    ...(!spec.securityContext?.seccompProfile && annotations[seccompKey] !== undefined ? [seccompWarning(template, seccompKey)] : []),
    ...containerWarnings(spec, annotations, template),
    ...(grace < 0 ? [`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`] : []),
    ...affinityWarnings(spec.affinity?.podAffinity, `${path}.affinity.podAffinity`),
    ...affinityWarnings(spec.affinity?.podAntiAffinity, `${path}.affinity.podAntiAffinity`),
    ...(dnsConfig?.nameservers ?? []).flatMap((address, at) => addressWarnings(`${path}.dnsConfig.nameservers[${at}]`, address)),
    ...hostAliases.flatMap(({ ip }, at) => addressWarnings(`${path}.hostAliases[${at}].ip`, ip)),
  ]
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

function placementWarnings({ nodeSelector = {}, affinity, topologySpreadConstraints = [] }: PodSpec, path: string): string[] {
  const nodes = affinity?.nodeAffinity
  const here = `${path}.affinity.nodeAffinity`
  return [
    ...Object.keys(nodeSelector).flatMap((label) => nodeLabelWarnings(`${path}.nodeSelector[${label}]`, label)),
    ...(nodes?.[required]?.nodeSelectorTerms ?? []).flatMap((term, at) => selectorTermWarnings(term, `${here}.${required}.nodeSelectorTerms[${at}]`, false)),
    ...(nodes?.[preferred] ?? []).flatMap(({ preference }, at) => selectorTermWarnings(preference, `${here}.${preferred}[${at}].preference`, true)),
    ...topologySpreadConstraints.flatMap(({ topologyKey, labelSelector }, at) => {
      const constraint = `${path}.topologySpreadConstraints[${at}]`
      return [...nodeLabelWarnings(`${constraint}.topologyKey`, topologyKey, `${topologyKey} is `), ...selectorWarnings(constraint, labelSelector)]
    }),
  ]
}

function affinityWarnings(affinity: PodAffinity | undefined, path: string): string[] {
  return [
    ...(affinity?.[required] ?? []).flatMap(({ labelSelector }, at) => selectorWarnings(`${path}.${required}[${at}]`, labelSelector)),
    ...(affinity?.[preferred] ?? []).flatMap(({ podAffinityTerm }, at) => selectorWarnings(`${path}.${preferred}[${at}].podAffinityTerm`, podAffinityTerm.labelSelector)),
  ]
}

function selectorWarnings(path: string, selector: LabelSelector | undefined): string[] {
  return selector ? [] : [`${path}.labelSelector: a null labelSelector results in matching no pod`]
}

function repeated(texts: readonly string[], path: string, field: string): string[] {
  const known = new Set<string>()
  return texts.flatMap((text, at) => (isFirst(text, known) ? [] : [`${path}[${at}].${field}: duplicate ${field} ${quoted(text)}`]))
}
