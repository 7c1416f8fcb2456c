// Upstream: pkg/kubelet/volumemanager, pkg/volume/{configmap,secret,projected,downwardapi} (v1.36). Left out: claims, host paths' types, the account's own volume (always there).
import type { ConfigMap, Container, DownwardAPIVolumeFile, KeyToPath, Pod, Secret, Volume } from '../api/generated/types.ts'
import { trimRight } from '../api/go-text.ts'
import type { VolumeFiles } from '../runtime/node-disk.ts'
import { decodeBase64, fieldOf, type EnvironmentSource } from './container-environment.ts'
import { emptyMap } from './sparse-map.ts'

/** A pod's volumes by name, or why some cannot be set up. */
export interface MountedVolumes {
  readonly files: ReadonlyMap<string, VolumeFiles>
  readonly failures: readonly { readonly volume: string; readonly error: string }[]
}

/** Sets up the volumes of a pod that hold what others wrote: ConfigMaps, Secrets, the pod's own fields. */
export function mountVolumes(pod: Pod, source: EnvironmentSource): MountedVolumes {
  if (!pod.spec.volumes?.some(holdsFiles)) return nothingMounted
  const files = new Map<string, VolumeFiles>()
  const failures: { volume: string; error: string }[] = []
  const fields = new PodFields(pod, source)
  for (const volume of pod.spec.volumes.filter(holdsFiles)) {
    const payload = new Payload(fields, source)
    payload.take(volume)
    if (payload.errors.length > 0) failures.push({ volume: volume.name, error: payload.errors.length === 1 ? payload.errors[0]! : `[${payload.errors.join(', ')}]` })
    else if (!payload.isEmpty) files.set(volume.name, payload.files())
  }
  return { files, failures }
}

const nothingMounted: MountedVolumes = { files: emptyMap, failures: [] }

/** Whether a volume shows what others write; the account's own volume is always there. */
export function holdsFiles({ configMap, secret, downwardAPI, projected }: Volume): boolean {
  return Boolean(configMap ?? secret ?? downwardAPI) || (projected !== undefined && !projected.sources?.some(({ serviceAccountToken }) => serviceAccountToken))
}

/** Volumes as a container finds them that starts now, if it mounts parts of them: those stay as they were. */
export function volumesAtStart({ volumeMounts = [] }: Container, volumes: ReadonlyMap<string, VolumeFiles>): ReadonlyMap<string, VolumeFiles> {
  return volumeMounts.some(({ subPath }) => subPath) ? volumes : emptyMap
}

/** What is at a path where a container mounts volumes: parts as they were when it started, whole volumes as they are. */
export function mountedText(path: string, { volumeMounts = [] }: Container, atStart: ReadonlyMap<string, VolumeFiles>, now: ReadonlyMap<string, VolumeFiles>): string | undefined {
  let found: string | undefined
  for (const { name, mountPath, subPath } of volumeMounts) {
    const root = trimRight(mountPath, '/')
    const files = (subPath ? atStart : now).get(name)
    if (!files || !path.startsWith(root)) continue
    const inside = path.slice(root.length)
    if (!inside.startsWith('/') && !(subPath && inside === '')) continue
    const key = subPath ? subPath + inside : inside.slice(1)
    const text = files.find((texts) => texts.has(key))?.get(key)
    if (text !== undefined && subPath) return text
    found ??= text
  }
  return found
}

/** The files of one volume while they are gathered. */
class Payload {
  readonly errors: string[] = []
  private readonly layers: ReadonlyMap<string, string>[] = []
  /** The last layer, while things are picked. */
  private picked: Map<string, string> | null = null

  constructor(
    private readonly pod: PodFields,
    private readonly source: EnvironmentSource,
  ) {}

  take({ configMap, secret, downwardAPI, projected }: Volume): void {
    if (configMap) this.configMap(configMap)
    if (secret) this.secret({ ...secret, name: secret.secretName ?? '' })
    if (downwardAPI) this.fields(downwardAPI.items ?? [])
    for (const part of projected?.sources ?? []) {
      if (part.configMap) this.configMap(part.configMap)
      if (part.secret) this.secret(part.secret)
      if (part.downwardAPI) this.fields(part.downwardAPI.items ?? [])
    }
  }

  get isEmpty(): boolean {
    return this.layers.length === 0
  }

  /** What was taken as a whole again and again counts where it was taken last. */
  files(): VolumeFiles {
    return [...new Set(this.layers.toReversed())]
  }

  private configMap({ name = '', items, optional }: Reference): void {
    const found = this.source.configMap(this.namespace, name)
    if (!found && !optional) this.errors.push(`configmap "${name}" not found`)
    else this.keys(found ? textsOf(found, () => Object.entries({ ...found.data, ...found.binaryData })) : emptyMap, items, optional, 'configmap references non-existent config key')
  }

  private secret({ name = '', items, optional }: Reference): void {
    const found = this.source.secret(this.namespace, name)
    if (!found && !optional) this.errors.push(`secret "${name}" not found`)
    else this.keys(found ? textsOf(found, () => Object.entries(found.data ?? {}).map(([key, value]) => [key, decodeBase64(value)])) : emptyMap, items, optional, 'references non-existent secret key')
  }

  private keys(values: ReadonlyMap<string, string>, items: readonly KeyToPath[] | undefined, optional: boolean | undefined, missing: string): void {
    if ((items ?? []).length === 0 && values.size > 0) {
      this.layers.push(values)
      this.picked = null
    }
    for (const { key, path } of items ?? []) {
      const value = values.get(key)
      if (value !== undefined) this.pick(path, value)
      else if (!optional) this.errors.push(`${missing}: ${key}`)
    }
  }

  private fields(items: readonly DownwardAPIVolumeFile[]): void {
    for (const { path, fieldRef, resourceFieldRef } of items) {
      const container = resourceFieldRef?.containerName
      if (fieldRef) this.pick(path, this.pod.textOf(fieldRef.fieldPath))
      else if (container !== undefined && !this.pod.hasContainer(container)) this.errors.push(`container ${container} not found`)
    }
  }

  private pick(path: string, text: string): void {
    if (!this.picked) this.layers.push((this.picked = new Map()))
    this.picked.set(path, text)
  }

  private get namespace(): string {
    return this.pod.namespace
  }
}

/** What files tell of their own pod: each text is made once, however many show it. */
class PodFields {
  readonly namespace: string
  private readonly texts = new Map<string, string>()
  private containers: ReadonlySet<string> | null = null

  constructor(
    private readonly pod: Pod,
    private readonly source: EnvironmentSource,
  ) {
    this.namespace = pod.metadata.namespace ?? 'default'
  }

  textOf(path: string): string {
    const text = this.texts.get(path) ?? fieldTextOf(this.pod, path, this.source)
    this.texts.set(path, text)
    return text
  }

  hasContainer(name: string): boolean {
    const { containers, initContainers = [] } = this.pod.spec
    this.containers ??= new Set([...containers, ...initContainers].map((container) => container.name))
    return this.containers.has(name)
  }
}

interface Reference {
  readonly name?: string
  readonly items?: readonly KeyToPath[]
  readonly optional?: boolean
}

/** What ConfigMaps and Secrets hold as a whole: all volumes of all nodes share it, and it ends with them. */
const wholes = new WeakMap<ConfigMap | Secret, ReadonlyMap<string, string>>()

function textsOf(found: ConfigMap | Secret, entries: () => readonly (readonly [key: string, text: string])[]): ReadonlyMap<string, string> {
  const known = wholes.get(found)
  if (known) return known
  const texts = new Map(entries())
  wholes.set(found, texts)
  return texts
}

/** All labels or annotations as a file has them, `key="value"` a line; other fields as in a variable. */
function fieldTextOf(pod: Pod, path: string, source: EnvironmentSource): string {
  if (path !== 'metadata.labels' && path !== 'metadata.annotations') return fieldOf(pod, path, source)
  const values = (path === 'metadata.labels' ? pod.metadata.labels : pod.metadata.annotations) ?? {}
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join('\n')
}
