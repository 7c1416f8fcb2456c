import type { Pod, Service } from '../api/generated/types.ts'
import { keyOf } from '../api/objects.ts'
import type { Labels, ObjectKey } from '../api/objects.ts'
import type { Change, Informer, Informers } from '../client/component.ts'
import { concernedBy } from './pod-changes.ts'

const none: readonly ObjectKey[] = []

type ServiceHandler = (service: ObjectKey) => void

/** Finds the pods of a Service and the Services of a pod without walking through all of either. */
class ServiceSelection {
  private readonly handlers: ServiceHandler[] = []

  constructor(
    private readonly services: Informer<Service>,
    private readonly pods: Informer<Pod>,
  ) {
    services.addIndex('service/selector', selectorIndex)
    pods.addIndex('service/label', labelIndex, (old, pod) => old.metadata.labels === pod.metadata.labels)
  }

  /**
   * Tells of each Service that needs a pass because of a change of a pod. However many controllers ask, what a change concerns is found out once.
   * Who comes late hears only of what comes: of the Services that are there it is told anyway, by their own informer.
   */
  onPodChange(handler: ServiceHandler): void {
    this.handlers.push(handler)
    if (this.handlers.length > 1) return
    this.pods.onChange((change) => {
      for (const service of this.servicesConcernedBy(change)) for (const tell of this.handlers) tell(service)
    })
  }

  podsOf({ metadata, spec: { selector = {} } }: Service): readonly Pod[] {
    const pairs = Object.entries(selector)
    const pair = tellingPair(pairs)
    if (!pair) return this.pods.lister.list(metadata.namespace)
    const candidates = this.pods.lister.byIndex('service/label', labelKey(metadata.namespace, ...pair))
    return pairs.length === 1 ? candidates : candidates.filter((pod) => selects(selector, pod.metadata.labels ?? {}))
  }

  private servicesConcernedBy(change: Change<Pod>): readonly ObjectKey[] {
    const concerned = concernedBy(change)
    const namespace = (change.new ?? change.old)?.metadata.namespace
    switch (concerned.kind) {
      case 'none':
        return none
      case 'one':
        return this.servicesFor(namespace, concerned.labels)
      case 'both':
        return [...new Set([...this.servicesFor(namespace, concerned.after), ...this.servicesFor(namespace, concerned.before)])]
      case 'either':
        return oneOfBoth(this.servicesFor(namespace, concerned.before), this.servicesFor(namespace, concerned.after))
    }
  }

  private servicesFor(namespace: string | undefined, labels: Labels): readonly ObjectKey[] {
    const keys: ObjectKey[] = []
    const { pairs, anything } = wordsOf(namespace, labels)
    for (const pair of pairs) {
      for (const service of this.services.lister.byIndex('service/selector', pair)) {
        if (selects(service.spec.selector ?? {}, labels)) keys.push(keyOf(service))
      }
    }
    for (const service of this.services.lister.byIndex('service/selector', anything)) keys.push(keyOf(service))
    return keys
  }
}

const selections = new WeakMap<Informers, ServiceSelection>()

/** The one of a process: its controllers share it as they share their informers. */
export function serviceSelectionOf(informers: Informers): ServiceSelection {
  let selection = selections.get(informers)
  if (!selection) selections.set(informers, (selection = new ServiceSelection(informers.of('services'), informers.of('pods'))))
  return selection
}

/** A Service stands under one pair of its selector, so that a pod finds its Services by its own labels. */
function selectorIndex({ metadata, spec }: Service): readonly string[] {
  return spec.selector ? [labelKey(metadata.namespace, ...(tellingPair(Object.entries(spec.selector)) ?? ['', '']))] : []
}

/** Labels as the indexes name them. */
interface Words {
  readonly namespace: string | undefined
  readonly pairs: readonly string[]
  /** What a Service stands under whose selector names no label. */
  readonly anything: string
}

const wordsOfLabels = new WeakMap<Labels, Words>()
const noPairs: readonly string[] = []

function labelIndex({ metadata: { namespace, labels } }: Pod): readonly string[] {
  return labels ? wordsOf(namespace, labels).pairs : noPairs
}

/** All versions of a pod, and mostly its siblings, share their labels: they are put into words once. */
function wordsOf(namespace: string | undefined, labels: Labels): Words {
  let known = wordsOfLabels.get(labels)
  if (!known || known.namespace !== namespace) {
    known = { namespace, pairs: Object.entries(labels).map(([key, value]) => labelKey(namespace, key, value)), anything: labelKey(namespace, '', '') }
    wordsOfLabels.set(labels, known)
  }
  return known
}

/** Any pair would do; the one with the longest value is the likeliest to tell apart. */
function tellingPair(pairs: readonly (readonly [string, string])[]): readonly [string, string] | undefined {
  return pairs.toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))[0]
}

function labelKey(namespace = '', key: string, value: string): string {
  return `${namespace}/${key}=${value}`
}

function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
}

function oneOfBoth(one: readonly ObjectKey[], other: readonly ObjectKey[]): readonly ObjectKey[] {
  return [...one.filter((key) => !other.includes(key)), ...other.filter((key) => !one.includes(key))]
}
