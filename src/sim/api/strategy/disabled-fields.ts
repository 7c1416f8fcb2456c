// Upstream: pkg/api/pod DropDisabledPodFields, DropDisabledTemplateFields (v1.36). Left out: ephemeral containers, which have no lifecycle; fields of a gate that was open once and is closed now.
import type { FeatureGate } from '../feature-gates.ts'
import type { Container, PodSpec, Volume, VolumeProjection } from '../generated/types.ts'
import type { KubernetesObject } from '../objects.ts'

interface Template {
  readonly spec?: PodSpec
}

interface Templated {
  readonly spec?: Partial<PodSpec> & { readonly template?: Template }
  readonly template?: Template
}

/** What is sent in fields whose gate is closed does not count. What replaces `existing` and has its spec has none. */
export function withoutDisabledFields(object: KubernetesObject, gates: ReadonlySet<FeatureGate>, existing?: KubernetesObject): KubernetesObject {
  const { spec, template } = object as Templated
  if (existing && spec === (existing as Templated).spec && template === (existing as Templated).template) return object
  const enabled = gates.has('ContainerStopSignals') ? withSignals : withoutAny
  if (template?.spec) return replaced(object, 'template', template, 'spec', enabled(template.spec))
  if (spec?.containers) return replacedIn(object, 'spec', enabled(spec as PodSpec))
  const inside = spec?.template?.spec
  return spec?.template && inside ? replacedIn(object, 'spec', replaced(spec, 'template', spec.template, 'spec', enabled(inside))) : object
}

function replaced<T extends object>(object: T, key: string, part: object, field: string, value: unknown): T {
  return replacedIn(object, key, replacedIn(part, field, value))
}

function replacedIn<T extends object>(object: T, key: string, value: unknown): T {
  return (object as Readonly<Record<string, unknown>>)[key] === value ? object : { ...object, [key]: value }
}

/** Without the fields whose gates are always closed here: GenericWorkload, ClusterTrustBundleProjection, PodCertificateRequest. Nearly all specs have none and are answered as they are. */
function withSignals(spec: PodSpec): PodSpec {
  const kept = spec.schedulingGroup === undefined ? spec : withoutGroup(spec)
  return kept.volumes?.some(({ projected }) => projected?.sources?.some(isDisabled)) ? { ...kept, volumes: kept.volumes.map(withoutDisabledSources) } : kept
}

function withoutGroup({ schedulingGroup: _dropped, ...rest }: PodSpec): PodSpec {
  return rest
}

function withoutAny(spec: PodSpec): PodSpec {
  const kept = withSignals(spec)
  const { containers, initContainers } = kept
  const asks = ({ lifecycle }: Container): boolean => lifecycle?.stopSignal !== undefined
  if (!containers.some(asks) && !initContainers?.some(asks)) return kept
  return { ...kept, containers: containers.map(withoutSignal), ...(initContainers && { initContainers: initContainers.map(withoutSignal) }) }
}

function isDisabled({ clusterTrustBundle, podCertificate }: VolumeProjection): boolean {
  return clusterTrustBundle !== undefined || podCertificate !== undefined
}

function withoutDisabledSources(volume: Volume): Volume {
  const { projected } = volume
  if (!projected?.sources) return volume
  return { ...volume, projected: { ...projected, sources: projected.sources.map(({ clusterTrustBundle: _bundle, podCertificate: _certificate, ...source }) => source) } }
}

function withoutSignal(container: Container): Container {
  const { lifecycle: sent, ...rest } = container
  if (sent?.stopSignal === undefined) return container
  const { stopSignal: _dropped, ...lifecycle } = sent
  return Object.keys(lifecycle).length > 0 ? { ...container, lifecycle } : rest
}
