// Upstream: pkg/apis/core/validation ValidateVolumes (v1.36). Left out: iSCSI, RBD, CephFS and other in-tree sources of former days beyond their required fields.
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { duplicate, forbidden, invalid, required, tooLong } from '../field-errors.ts'
import type { ObjectMeta, Volume } from '../generated/types.ts'
import { byteLength } from '../go-text.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { signOf } from '../schema/quantities.ts'
import { checkLabel, checkMode, checkNoBacksteps, checkOptionalChoice, checkRequired } from './checks.ts'
import { validateOldSource } from './old-volume-sources.ts'
import { validateDownwardAPIFile, validateKeyToPath, validateProjected } from './projected-volumes.ts'
import { validateClaimTemplate } from './volume-claims.ts'

/** The volumes that containers can mount: those without a fault, by name. */
export type Volumes = ReadonlyMap<string, Volume>

/** The faults of a pod's volumes, and the volumes that are sound. `pod`: the pod's metadata, when it is a pod and not a template. */
export function validateVolumes(volumes: readonly Volume[], pod: ObjectMeta | null, path: string): { readonly sound: Volumes; readonly faults: FieldError[] } {
  const faults: FieldError[] = []
  const sound = new Map<string, Volume>()
  const claims = new Set(pod?.name ? volumes.filter((volume) => volume.ephemeral).map((volume) => `${pod.name}-${volume.name}`) : [])
  volumes.forEach((volume, at) => {
    const here = `${path}[${at}]`
    const own = validateSource(volume, here, pod)
    if (volume.name) addAll(own, checkLabel(`${here}.name`, volume.name))
    else own.push(required(`${here}.name`, ''))
    if (sound.has(volume.name)) own.push(duplicate(`${here}.name`, volume.name))
    if (own.length === 0) sound.set(volume.name, volume)
    addAll(faults, own)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim !== undefined && claims.has(claim)) {
      faults.push(invalid(`${here}.persistentVolumeClaim.claimName`, claim, 'must not reference a PVC that gets created for an ephemeral volume'))
    }
  })
  return { sound, faults }
}

type Source = Exclude<keyof Volume, 'name'>

/** In the order in which they are looked at: of two sources the second is the fault. */
const order: readonly Source[] = [
  'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder',
  'cephfs', 'quobyte', 'downwardAPI', 'fc', 'flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'storageos', 'projected',
  'scaleIO', 'csi', 'ephemeral', 'image',
]

/** Upstream's own misspellings of two fields, in this one message. */
const shownAs: Readonly<Partial<Record<Source, string>>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }

function validateSource(volume: Volume, path: string, pod: ObjectMeta | null): FieldError[] {
  const faults: FieldError[] = []
  let found = false
  for (const source of order) {
    if (volume[source] === undefined) continue
    if (found) faults.push(forbidden(`${path}.${shownAs[source] ?? source}`, 'may not specify more than 1 volume type'))
    else addAll(faults, validateOne(volume, source, path, pod))
    found = true
  }
  if (!found) faults.push(required(path, 'must specify a volume type'))
  return faults
}

function validateOne(volume: Volume, source: Source, path: string, pod: ObjectMeta | null): FieldError[] {
  const here = `${path}.${source}`
  const { emptyDir, hostPath, secret, configMap, downwardAPI, projected, persistentVolumeClaim, nfs, csi, image } = volume
  switch (source) {
    case 'emptyDir':
      return emptyDir?.sizeLimit !== undefined && signOf(emptyDir.sizeLimit) < 0 ? [forbidden(`${here}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')] : []
    case 'hostPath':
      return hostPath?.path ? [...checkNoBacksteps(`${here}.path`, hostPath.path), ...checkOptionalChoice(`${here}.type`, hostPath.type, hostPathTypes)] : [required(`${here}.path`, '')]
    case 'secret':
      return [...checkRequired(`${here}.secretName`, secret?.secretName), ...checkMode(`${here}.defaultMode`, secret?.defaultMode), ...validateItems(secret?.items, here)]
    case 'configMap':
      return [...checkRequired(`${here}.name`, configMap?.name), ...checkMode(`${here}.defaultMode`, configMap?.defaultMode), ...validateItems(configMap?.items, here)]
    case 'downwardAPI':
      return [...checkMode(`${here}.defaultMode`, downwardAPI?.defaultMode), ...(downwardAPI?.items ?? []).flatMap((file) => validateDownwardAPIFile(file, here))]
    case 'projected':
      return projected ? validateProjected(projected, here) : []
    case 'persistentVolumeClaim':
      return checkRequired(`${here}.claimName`, persistentVolumeClaim?.claimName)
    case 'nfs':
      return [
        ...checkRequired(`${here}.server`, nfs?.server),
        ...checkRequired(`${here}.path`, nfs?.path),
        ...(nfs?.path.startsWith('/') ? [] : [invalid(`${here}.path`, nfs?.path ?? '', 'must be an absolute path')]),
      ]
    case 'csi':
      return csi ? validateCSI(csi, here) : []
    case 'ephemeral':
      return validateEphemeral(volume, path, pod)
    case 'image':
      return [...(pod ? checkRequired(`${here}.reference`, image?.reference) : []), ...checkOptionalChoice(`${here}.pullPolicy`, image?.pullPolicy, ['Always', 'IfNotPresent', 'Never'])]
    default:
      return validateOldSource(volume, source, path)
  }
}

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

function validateItems(items: NonNullable<Volume['secret']>['items'], path: string): FieldError[] {
  return (items ?? []).flatMap((item, at) => validateKeyToPath(item, `${path}.items[${at}]`))
}

function validateCSI(csi: NonNullable<Volume['csi']>, path: string): FieldError[] {
  const faults = checkRequired(`${path}.driver`, csi.driver)
  if (byteLength(csi.driver) > 63) faults.push(tooLong(`${path}.driver`, 63))
  addAll(faults, nameIsDnsSubdomain(csi.driver.toLowerCase(), false).map((message) => invalid(`${path}.driver`, csi.driver, message)))
  const secret = csi.nodePublishSecretRef
  if (!secret) return faults
  if (!secret.name) return [...faults, required(`${path}.nodePublishSecretRef.name`, '')]
  return [...faults, ...nameIsDnsSubdomain(secret.name, false).map((message) => invalid(`${path}.name`, secret.name, message))]
}

function validateEphemeral(volume: Volume, path: string, pod: ObjectMeta | null): FieldError[] {
  const template = volume.ephemeral?.volumeClaimTemplate
  const here = `${path}.ephemeral.volumeClaimTemplate`
  const faults = template ? validateClaimTemplate(template, here) : [required(here, '')]
  if (!pod?.name || !volume.name) return faults
  const claim = `${pod.name}-${volume.name}`
  return [...faults, ...nameIsDnsSubdomain(claim, false).map((message) => invalid(`${path}.name`, volume.name, `PVC name ${JSON.stringify(claim)}: ${message}`))]
}
