// Upstream: pkg/kubelet/volumemanager, pkg/volume/{configmap,secret,projected,downwardapi} (v1.36). Left out: claims, host paths' types, the account's own volume (always there).
import type { Container, DownwardAPIVolumeFile, KeyToPath, Pod, Volume } from '../api/generated/types.ts'
import { decodeBase64, fieldOf, type EnvironmentSource } from './container-environment.ts'
import { emptyMap, withEntry, type SparseMap } from './sparse-map.ts'

/** Files of one volume by their path in it. */
export type VolumeFiles = ReadonlyMap<string, string>

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
  for (const volume of pod.spec.volumes.filter(holdsFiles)) {
    const payload = new Payload(pod, source)
    payload.take(volume)
    if (payload.errors.length > 0) failures.push({ volume: volume.name, error: payload.errors.length === 1 ? payload.errors[0]! : `[${payload.errors.join(', ')}]` })
    else if (payload.files.size > 0) files.set(volume.name, payload.files)
  }
  return { files, failures }
}

const nothingMounted: MountedVolumes = { files: emptyMap, failures: [] }

/** Whether a volume shows what others write; the account's own volume is always there. */
export function holdsFiles({ configMap, secret, downwardAPI, projected }: Volume): boolean {
  return Boolean(configMap ?? secret ?? downwardAPI) || (projected !== undefined && !projected.sources?.some(({ serviceAccountToken }) => serviceAccountToken))
}

/** What a container finds where it mounts a part of a volume: that stays as it was when the container started. */
export function fixedFiles(container: Container, volumes: ReadonlyMap<string, VolumeFiles>): SparseMap<string> {
  let files: SparseMap<string> = emptyMap
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    if (!subPath) continue
    for (const [path, text] of volumes.get(name) ?? []) {
      if (path === subPath) files = withEntry(files, rootOf(mountPath), text)
      else if (path.startsWith(`${subPath}/`)) files = withEntry(files, `${rootOf(mountPath)}/${path.slice(subPath.length + 1)}`, text)
    }
  }
  return files
}

/** What is at a path where a whole volume is mounted, as the volume is now. */
export function fileOfVolume(path: string, { volumeMounts = [] }: Container, volumes: ReadonlyMap<string, VolumeFiles>): string | undefined {
  for (const { name, mountPath, subPath } of volumeMounts) {
    const root = `${rootOf(mountPath)}/`
    const text = !subPath && path.startsWith(root) ? volumes.get(name)?.get(path.slice(root.length)) : undefined
    if (text !== undefined) return text
  }
  return undefined
}

function rootOf(mountPath: string): string {
  return mountPath.replace(/\/+$/, '')
}

/** The files of one volume while they are gathered. */
class Payload {
  readonly files = new Map<string, string>()
  readonly errors: string[] = []

  constructor(
    private readonly pod: Pod,
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

  private configMap({ name = '', items, optional }: Reference): void {
    const found = this.source.configMap(this.namespace, name)
    if (!found && !optional) this.errors.push(`configmap "${name}" not found`)
    else this.keys(new Map(Object.entries({ ...found?.data, ...found?.binaryData })), items, optional, 'configmap references non-existent config key')
  }

  private secret({ name = '', items, optional }: Reference): void {
    const found = this.source.secret(this.namespace, name)
    if (!found && !optional) this.errors.push(`secret "${name}" not found`)
    else this.keys(new Map(Object.entries(found?.data ?? {}).map(([key, value]) => [key, decodeBase64(value)])), items, optional, 'references non-existent secret key')
  }

  private keys(values: ReadonlyMap<string, string>, items: readonly KeyToPath[] | undefined, optional: boolean | undefined, missing: string): void {
    if (!items || items.length === 0) for (const [key, value] of values) this.files.set(key, value)
    for (const { key, path } of items ?? []) {
      const value = values.get(key)
      if (value !== undefined) this.files.set(path, value)
      else if (!optional) this.errors.push(`${missing}: ${key}`)
    }
  }

  private fields(items: readonly DownwardAPIVolumeFile[]): void {
    for (const { path, fieldRef, resourceFieldRef } of items) {
      const container = resourceFieldRef?.containerName
      const known = [...this.pod.spec.containers, ...(this.pod.spec.initContainers ?? [])].some(({ name }) => name === container)
      if (fieldRef) this.files.set(path, fieldTextOf(this.pod, fieldRef.fieldPath, this.source))
      else if (container !== undefined && !known) this.errors.push(`container ${container} not found`)
    }
  }

  private get namespace(): string {
    return this.pod.metadata.namespace ?? 'default'
  }
}

interface Reference {
  readonly name?: string
  readonly items?: readonly KeyToPath[]
  readonly optional?: boolean
}

/** All labels or annotations as a file has them, `key="value"` a line; other fields as in a variable. */
function fieldTextOf(pod: Pod, path: string, source: EnvironmentSource): string {
  if (path !== 'metadata.labels' && path !== 'metadata.annotations') return fieldOf(pod, path, source)
  const values = (path === 'metadata.labels' ? pod.metadata.labels : pod.metadata.annotations) ?? {}
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join('\n')
}
