// Upstream: pkg/quota/v1/evaluator/core/pods.go and pkg/quota/v1/install/update_filter.go (v1.36). Left out: resizing in place, devices behind extended resources, priority classes whose names are no values of labels.
import type { Millis } from '../../kernel/agenda.ts'
import type { Container, ContainerStatus, Pod, PodAffinityTerm } from '../generated/types.ts'
import { amountsOf, countLimits, countRequests, hasPodLevelResources, qosClass, type ResourceAmounts } from '../pod-resources.ts'
import type { Quantity } from '../quantity.ts'
import { testOf, type SelectorOperator } from '../selector-requirements.ts'
import { semanticEqual } from '../semantic.ts'
import { parseTime } from '../time.ts'
import { isExtended, isHugePages, isNative } from '../validation/resources.ts'
import { one, type Evaluator, type ScopeRequirement } from './evaluator.ts'

const computed = ['cpu', 'memory', 'ephemeral-storage']
const counted = new Set(['count/pods', 'pods', ...computed.flatMap((name) => [name, `requests.${name}`, `limits.${name}`])])
/** Of these every container must say how much it takes. */
const demanded = new Set(['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]))
const deviceClass = 'deviceclass.resource.kubernetes.io/'

/** A pod takes what its containers ask for until it has ended. */
export const podEvaluator: Evaluator<Pod> = {
  counts: (name) => counted.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-') || isQuotaForDevices(name),
  usageOf: (pod, now) => (isCharged(pod, now) ? chargedUsage(pod) : endedUsage),
  isInScope,
  missing: missingAmounts,
  chargesUpdate: (next, old) => isTerminating(next) !== isTerminating(old),
  mayFree: (next, old, now) => isTerminating(next) !== isTerminating(old) || (isCharged(old, now) && !isCharged(next, now)) || isGrantedOther(next, old),
}

function isQuotaForDevices(name: string): boolean {
  return name.startsWith('requests.') && (!isNative(name) || name.startsWith(`requests.${deviceClass}`))
}

/** Not what has ended, nor what should have ended long ago: a node that is lost must not keep others from being made. */
function isCharged({ metadata, status }: Pod, now: Millis): boolean {
  if (status.phase === 'Failed' || status.phase === 'Succeeded') return false
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = metadata
  return deletionTimestamp === undefined || grace === undefined || now <= (parseTime(deletionTimestamp) ?? 0) + grace * 1000
}

const endedUsage: ResourceAmounts = new Map([['count/pods', one]])

const usages = new WeakMap<Pod['spec'], ResourceAmounts>()

/** Pods made from one template share their spec, and mostly they have been given what it says. */
function chargedUsage(pod: Pod): ResourceAmounts {
  const asAsked = isGrantedAsAsked(pod)
  const known = asAsked ? usages.get(pod.spec) : undefined
  if (known) return known
  const options = { useStatus: true }
  const usage = new Map([...endedUsage, ...namedForQuotas(countRequests(pod, options), countLimits(pod, options))])
  if (asAsked) usages.set(pod.spec, usage)
  return usage
}

function isGrantedAsAsked({ spec, status }: Pod): boolean {
  return areGranted(status.containerStatuses, spec.containers) && areGranted(status.initContainerStatuses, spec.initContainers)
}

function areGranted(statuses: readonly ContainerStatus[] | undefined, asked: readonly Container[] = []): boolean {
  return statuses?.every(({ name, resources }) => resources === undefined || asked.some((container) => container.resources === resources && container.name === name)) ?? true
}

function namedForQuotas(requests: ResourceAmounts, limits: ResourceAmounts): ResourceAmounts {
  const usage = new Map<string, Quantity>([['pods', one]])
  for (const [name, amount] of requests) {
    if (computed.includes(name) || isHugePages(name)) usage.set(name, amount)
    if (computed.includes(name) || isHugePages(name) || isExtended(name) || name.startsWith(deviceClass)) usage.set(`requests.${name}`, amount)
  }
  for (const [name, amount] of limits) if (computed.includes(name)) usage.set(`limits.${name}`, amount)
  return usage
}

/** `limits.cpu for: app,web; limits.memory for: app`. */
function missingAmounts({ spec }: Pod, names: readonly string[]): string | null {
  if (hasPodLevelResources(spec)) return null
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  const missing = names.filter((name) => demanded.has(name)).sort().flatMap((name) => {
    const silent = new Set(containers.filter((container) => !stated(container).has(name)).map((container) => container.name))
    return silent.size > 0 ? [`${name} for: ${[...silent].sort().join(',')}`] : []
  })
  return missing.length > 0 ? missing.join('; ') : null
}

function stated({ resources }: Container): ResourceAmounts {
  return namedForQuotas(amountsOf(resources.requests), amountsOf(resources.limits))
}

const selectorOperators: Readonly<Record<ScopeRequirement['operator'], SelectorOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

function isInScope(pod: Pod, { scopeName, operator, values = [] }: ScopeRequirement): boolean {
  switch (scopeName) {
    case 'Terminating':
      return isTerminating(pod)
    case 'NotTerminating':
      return !isTerminating(pod)
    case 'BestEffort':
      return qosClass(pod.spec) === 'BestEffort'
    case 'NotBestEffort':
      return qosClass(pod.spec) !== 'BestEffort'
    case 'PriorityClass': {
      const { priorityClassName } = pod.spec
      return testOf({ key: scopeName, operator: selectorOperators[operator], values })(priorityClassName ? { [scopeName]: priorityClassName } : {})
    }
    case 'CrossNamespacePodAffinity':
      return looksAbroad(pod)
    default:
      return false
  }
}

/** Upstream's word for a pod that may only live so long. */
function isTerminating({ spec }: Pod): boolean {
  return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0
}

function looksAbroad({ spec: { affinity } }: Pod): boolean {
  const isAbroad = ({ namespaces, namespaceSelector }: PodAffinityTerm): boolean => Boolean(namespaces?.length) || namespaceSelector !== undefined
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some(
    (terms) => terms?.requiredDuringSchedulingIgnoredDuringExecution?.some(isAbroad) || terms?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) => isAbroad(podAffinityTerm)),
  )
}

/** A container that both know has been given other amounts than before. */
function isGrantedOther(next: Pod, old: Pod): boolean {
  return (['containerStatuses', 'initContainerStatuses'] as const).some((list) => {
    const after = next.status[list] ?? []
    const before = old.status[list] ?? []
    return after !== before && before.some(({ name, resources }) => after.some((status) => status.name === name && status.resources !== resources && !semanticEqual(status.resources, resources)))
  })
}
