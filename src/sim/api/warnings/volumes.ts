// Upstream: pkg/api/pod/warnings.go: volumes; pkg/api/persistentvolumeclaim GetWarningsForPersistentVolumeClaimSpec (v1.36). Left out: files of pod certificates and cluster trust bundles, whose gates are closed.
import type { Volume, VolumeProjection } from '../generated/types.ts'
import { quoted, trimRight } from '../go-text.ts'
import { fractionWarnings } from './amounts.ts'
import { mostCompared } from './bounds.ts'

/** The plugins of former days: in which minor version they were deprecated, since which they do nothing, and upstream's other name. */
const retired: readonly (readonly [source: keyof Volume, deprecated: number, gone: number, shown?: string])[] = [
  ['photonPersistentDisk', 11, 16], ['scaleIO', 16, 22], ['flocker', 22, 25], ['storageos', 22, 25, 'storageOS'], ['quobyte', 22, 25], ['glusterfs', 25, 26], ['cephfs', 28, 31], ['rbd', 28, 31],
]

export function volumeWarnings(volumes: readonly Volume[], path: string): string[] {
  return [...volumes.flatMap((volume, at) => sourceWarnings(volume, `${path}[${at}]`)), ...volumes.flatMap(overlapWarnings)]
}

function sourceWarnings(volume: Volume, path: string): string[] {
  const { requests, limits } = volume.ephemeral?.volumeClaimTemplate?.spec.resources ?? {}
  const claim = `${path}.ephemeral.volumeClaimTemplate.spec.resources`
  return [
    ...retired.flatMap(([source, deprecated, gone, shown = source]) => (volume[source] ? [`${path}.${shown}: deprecated in v1.${deprecated}, non-functional in v1.${gone}+`] : [])),
    ...(volume.gitRepo ? [`${path}.gitRepo: deprecated in v1.11, and disabled by default in v1.33+`] : []),
    ...fractionWarnings(`${claim}.requests`, requests, 'storage'),
    ...fractionWarnings(`${claim}.limits`, limits, 'storage'),
  ]
}

interface File {
  readonly path: string
  /** Whose file it is, where one volume has several sources. */
  readonly of: string
}

type Items = readonly { readonly path: string }[] | undefined

/** Two files of one volume at one place, or one where the other has a folder: who comes last wins, or nothing works. */
function overlapWarnings({ name, configMap, secret, downwardAPI, projected }: Volume): string[] {
  const told = (kind: string, overlaps: readonly string[]): string[] => overlaps.map((overlap) => `volume ${quoted(name)} (${kind}): overlapping paths: ${overlap}`)
  const files: File[] = []
  return [
    ...told(`ConfigMap ${quoted(configMap?.name ?? '')}`, overlapsAmong([], filesOf(configMap?.items))),
    ...told(`Secret ${quoted(secret?.secretName ?? '')}`, overlapsAmong([], filesOf(secret?.items))),
    ...told('DownwardAPI', overlapsAmong([], filesOf(downwardAPI?.items))),
    ...(projected?.sources ?? []).flatMap((source) =>
      Object.keys(source).length === 0 ? [`volume ${quoted(name)} (Projected) has no sources provided`] : told('Projected', overlapsAmong(files, projectedFiles(source)))),
  ]
}

function filesOf(items: Items = [], of = ''): File[] {
  return items.map(({ path }) => ({ path, of }))
}

function projectedFiles({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): File[] {
  if (configMap?.items) return filesOf(configMap.items, `ConfigMap ${quoted(configMap.name ?? '')}`)
  if (secret?.items) return filesOf(secret.items, `Secret ${quoted(secret.name ?? '')}`)
  if (downwardAPI?.items) return filesOf(downwardAPI.items, 'DownwardAPI')
  return serviceAccountToken ? [{ path: serviceAccountToken.path, of: 'ServiceAccountToken' }] : []
}

/** Adds the new files to those that are there, and tells each pair that collides. */
function overlapsAmong(files: File[], added: readonly File[]): string[] {
  return added.slice(0, mostCompared).flatMap(({ path: sent, of }) => {
    const file = { path: trimRight(sent, '/'), of }
    const overlaps = files.filter((other) => collide(other.path, file.path)).map((other) => `${shown(file)} with ${shown(other)}`)
    if (files.length < mostCompared) files.push(file)
    return overlaps
  })
}

function collide(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`)
}

function shown({ path, of }: File): string {
  return of ? `${quoted(path)} (${of})` : quoted(path)
}
