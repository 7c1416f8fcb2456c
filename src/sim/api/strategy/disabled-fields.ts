// Upstream: pkg/api/pod DropDisabledPodFields, DropDisabledTemplateFields (v1.36). Left out: fields of other gates than ContainerStopSignals, ephemeral containers (they have no lifecycle).
import type { FeatureGate } from '../feature-gates.ts'
import type { Container, PodSpec } from '../generated/types.ts'
import type { KubernetesObject } from '../objects.ts'

interface Template {
  readonly spec?: PodSpec
}

/** What is sent in fields whose gate is closed does not count. */
export function withoutDisabledFields(object: KubernetesObject, gates: ReadonlySet<FeatureGate>): KubernetesObject {
  if (gates.has('ContainerStopSignals')) return object
  const { spec, template } = object as { readonly spec?: Partial<PodSpec> & { readonly template?: Template }; readonly template?: Template }
  if (template?.spec && asksForSignal(template.spec)) return { ...object, template: { ...template, spec: withoutSignals(template.spec) } } as KubernetesObject
  if (!spec) return object
  if (asksForSignal(spec)) return { ...object, spec: withoutSignals(spec) } as KubernetesObject
  const inside = spec.template?.spec
  return inside && asksForSignal(inside) ? { ...object, spec: { ...spec, template: { ...spec.template, spec: withoutSignals(inside) } } } as KubernetesObject : object
}

function asksForSignal({ containers, initContainers }: Partial<PodSpec>): boolean {
  const asks = ({ lifecycle }: Container): boolean => lifecycle?.stopSignal !== undefined
  return containers?.some(asks) === true || initContainers?.some(asks) === true
}

function withoutSignals<Spec extends Partial<PodSpec>>(spec: Spec): Spec {
  const { containers, initContainers } = spec
  return { ...spec, ...(containers && { containers: containers.map(withoutSignal) }), ...(initContainers && { initContainers: initContainers.map(withoutSignal) }) }
}

function withoutSignal(container: Container): Container {
  if (!container.lifecycle) return container
  const { stopSignal: _dropped, ...lifecycle } = container.lifecycle
  return { ...container, lifecycle }
}
