// Upstream: pkg/apis/core/validation ValidatePodSpec (v1.36).
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, invalid, required } from '../field-errors.ts'
import type { ObjectMeta, PodSpec } from '../generated/types.ts'
import { validateLabels } from '../metadata.ts'
import { checkRange, nameIsDnsSubdomain } from '../names.ts'
import { validateAffinity } from './affinity.ts'
import { checkChoice, checkLabel, checkQualified, checkSubdomain, faultsOf } from './checks.ts'
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './containers.ts'
import { validateFileKeyVolumes } from './environment.ts'
import { internalForm } from './internal-form.ts'
import { validateDNSConfig, validateHostAliases, validateHostNetworkPorts, validateHostnameOverride } from './pod-network.ts'
import { validatePodLevelResources } from './pod-level-resources.ts'
import { validateResources } from './resources.ts'
import { validateHostUsers, validatePodSecurityContext } from './security.ts'
import { validateTolerations } from './tolerations.ts'
import { validateSpreadConstraints } from './topology-spread.ts'
import { validateVolumes } from './volumes.ts'
import { validateHostProcess, validateOperatingSystem } from './windows.ts'

/** By the frozen spec, then by where it stands: the pods of one template are judged once. */
const judged = new WeakMap<PodSpec, Map<string, readonly FieldError[]>>()

/** The faults of a pod's spec, or of a template's when `pod` is null. */
export function validatePodSpec(spec: PodSpec, pod: ObjectMeta | null, path: string): readonly FieldError[] {
  // Only an ephemeral volume depends on the pod's name.
  const lasting = Object.isFrozen(spec) && !(pod && spec.volumes?.some((volume) => volume.ephemeral))
  if (!lasting) return judge(spec, pod, path)
  const key = `${path} ${pod !== null}`
  const known = judged.get(spec)
  const answer = known?.get(key)
  if (answer) return answer
  const faults = judge(spec, pod, path)
  if (known) known.set(key, faults)
  else judged.set(spec, new Map([[key, faults]]))
  return faults
}

function judge(spec: PodSpec, pod: ObjectMeta | null, path: string): FieldError[] {
  const { sound, faults } = validateVolumes(spec.volumes ?? [], pod, `${path}.volumes`)
  const around = { spec, volumes: sound, claimNames: (spec.resourceClaims ?? []).map((claim) => claim.name).filter((name) => name !== '') }
  return [
    ...(spec.terminationGracePeriodSeconds === undefined ? [required(`${path}.terminationGracePeriodSeconds`, '')] : []),
    ...faults,
    ...validateClaims(spec, `${path}.resourceClaims`),
    ...validateContainers(around, `${path}.containers`),
    ...validateInitContainers(around, `${path}.initContainers`),
    ...validateEphemeralContainers(around, `${path}.ephemeralContainers`),
    ...validatePodLevelResources(spec, around.claimNames, `${path}.resources`),
    ...validateHostNetworkPorts(spec, pod !== null, path),
    ...checkChoice(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...checkChoice(`${path}.dnsPolicy`, spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']),
    ...validateLabels(spec.nodeSelector, `${path}.nodeSelector`),
    ...validatePodSecurityContext(spec, `${path}.securityContext`),
    ...validateAffinity(spec.affinity, `${path}.affinity`),
    ...validateDNSConfig(spec, `${path}.dnsConfig`),
    ...(spec.readinessGates ?? []).flatMap((gate, at) => checkQualified(`${path}.readinessGates[${at}].conditionType`, gate.conditionType)),
    ...validateSchedulingGates(spec, `${path}.schedulingGates`),
    ...validateSpreadConstraints(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`),
    ...validateHostProcess(spec, path),
    ...validateHostUsers(spec, path),
    ...validateHostnameOverride(spec, `${path}.hostnameOverride`),
    ...validateNames(spec, path),
    ...validateOperatingSystem(spec, path),
    ...validateFileKeyVolumes(spec, path),
  ]
}

function validateClaims({ resourceClaims = [] }: PodSpec, path: string): FieldError[] {
  const names = new Set<string>()
  return resourceClaims.flatMap((claim, at) => {
    const here = `${path}[${at}]`
    const faults = !claim.name ? [required(`${here}.name`, '')] : names.has(claim.name) ? [duplicate(`${here}.name`, claim.name)] : checkLabel(`${here}.name`, claim.name)
    names.add(claim.name)
    const { resourceClaimName, resourceClaimTemplateName } = claim
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      faults.push(invalid(here, internalForm('PodResourceClaim', claim), 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'))
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      faults.push(invalid(here, internalForm('PodResourceClaim', claim), 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'))
    }
    for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const name = claim[field]
      if (name !== undefined) addAll(faults, checkSubdomain(`${here}.${field}`, name))
    }
    return faults
  })
}

function validateSchedulingGates({ schedulingGates = [] }: PodSpec, path: string): FieldError[] {
  const seen = new Set<string>()
  return schedulingGates.flatMap(({ name }, at) => {
    const faults = checkQualified(`${path}[${at}]`, name)
    if (seen.has(name)) faults.push(duplicate(`${path}[${at}]`, name))
    seen.add(name)
    return faults
  })
}

/** The many small fields at the end. */
function validateNames(spec: PodSpec, path: string): FieldError[] {
  const named = (field: 'serviceAccountName' | 'nodeName' | 'priorityClassName'): FieldError[] =>
    spec[field] ? faultsOf(`${path}.${field}`, spec[field], nameIsDnsSubdomain(spec[field] ?? '', false)) : []
  const deadline = spec.activeDeadlineSeconds
  const { runtimeClassName, preemptionPolicy, overhead } = spec
  return [
    ...named('serviceAccountName'),
    ...named('nodeName'),
    ...(deadline === undefined ? [] : faultsOf(`${path}.activeDeadlineSeconds`, deadline, checkRange(deadline, 1, 2_147_483_647))),
    ...(spec.hostname ? checkLabel(`${path}.hostname`, spec.hostname) : []),
    ...(spec.subdomain ? checkLabel(`${path}.subdomain`, spec.subdomain) : []),
    ...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`),
    ...validateHostAliases(spec.hostAliases ?? [], `${path}.hostAliases`),
    ...named('priorityClassName'),
    ...(runtimeClassName === undefined ? [] : faultsOf(`${path}.runtimeClassName`, runtimeClassName, nameIsDnsSubdomain(runtimeClassName, false))),
    ...(preemptionPolicy === undefined ? [] : checkChoice(`${path}.preemptionPolicy`, preemptionPolicy, ['PreemptLowerPriority', 'Never'])),
    ...(overhead ? validateResources({ limits: overhead }, 'container', [], `${path}.overhead`) : []),
  ]
}
