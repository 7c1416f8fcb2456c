// Upstream: pkg/apis/core/validation: the in-tree volume sources of former days (v1.36). Left out: options of flexVolume, registries of quobyte.
import { addAll } from '../../kernel/add-all.ts'
import type { FieldError } from '../field-errors.ts'
import { invalid, notSupported, required } from '../field-errors.ts'
import type { Volume } from '../generated/types.ts'
import { checkDescendingPath, checkLabel, checkOptionalChoice, checkRequired } from './checks.ts'

/** What each of them cannot do without. */
const requiredFields: Readonly<Partial<Record<keyof Volume, readonly string[]>>> = {
  gitRepo: ['repository'], gcePersistentDisk: ['pdName'], awsElasticBlockStore: ['volumeID'], iscsi: ['targetPortal', 'iqn'], glusterfs: ['endpoints', 'path'], rbd: ['monitors', 'image'],
  cinder: ['volumeID'], cephfs: ['monitors'], quobyte: ['registry', 'volume'], flexVolume: ['driver'], azureFile: ['secretName', 'shareName'], vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'], portworxVolume: ['volumeID'], azureDisk: ['diskName', 'diskURI'], storageos: ['volumeName'], scaleIO: ['gateway', 'system', 'volumeName'],
}

/** Upstream calls this one by another name in its faults. */
const shownAs: Readonly<Partial<Record<keyof Volume, string>>> = { gcePersistentDisk: 'persistentDisk' }

export function validateOldSource(volume: Volume, source: keyof Volume, path: string): FieldError[] {
  const here = `${path}.${shownAs[source] ?? source}`
  const value = volume[source] as unknown as Readonly<Record<string, unknown>>
  const faults = (requiredFields[source] ?? []).flatMap((field) => missing(`${here}.${field}`, value[field], source))
  const { gitRepo, gcePersistentDisk, awsElasticBlockStore, flocker, fc, storageos, iscsi, azureDisk } = volume
  if (source === 'gitRepo' && gitRepo?.directory) addAll(faults, checkDescendingPath(`${here}.directory`, gitRepo.directory))
  if (source === 'gcePersistentDisk') addAll(faults, checkPartition(`${here}.partition`, gcePersistentDisk?.partition))
  if (source === 'awsElasticBlockStore') addAll(faults, checkPartition(`${here}.partition`, awsElasticBlockStore?.partition))
  if (source === 'iscsi' && iscsi) addAll(faults, validateISCSI(iscsi, here))
  if (source === 'azureDisk' && azureDisk) addAll(faults, validateAzureDisk(azureDisk, here))
  if (source === 'storageos' && storageos?.volumeName) addAll(faults, checkLabel(`${here}.volumeName`, storageos.volumeName))
  if (source === 'flocker' && flocker) addAll(faults, validateFlocker(flocker, here))
  if (source === 'fc' && fc) addAll(faults, validateFibreChannel(fc, here))
  return faults
}

function missing(path: string, value: unknown, source: keyof Volume): FieldError[] {
  if (Array.isArray(value) ? value.length > 0 : value) return []
  return source === 'quobyte' && path.endsWith('.registry') ? [required(path, 'must be a host:port pair or multiple pairs separated by commas')] : checkRequired(path, '')
}

function checkPartition(path: string, partition = 0): FieldError[] {
  return partition < 0 || partition > 255 ? [invalid(path, partition, 'must be between 1 and 255, inclusive')] : []
}

const names: readonly (readonly [start: string, form: RegExp])[] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$/], ['eui', /^eui.[a-zA-Z0-9]{16}$/], ['naa', /^naa.[a-zA-Z0-9]{32}$/],
]

function checkISCSIName(path: string, name: string): FieldError[] {
  const known = names.find(([start]) => name.startsWith(start))
  if (!known) return [invalid(path, name, 'must be valid format starting with iqn, eui, or naa')]
  return known[1].test(name) ? [] : [invalid(path, name, 'must be valid format')]
}

function validateISCSI(iscsi: NonNullable<Volume['iscsi']>, path: string): FieldError[] {
  const faults = iscsi.iqn ? checkISCSIName(`${path}.iqn`, iscsi.iqn) : []
  if (iscsi.lun < 0 || iscsi.lun > 255) faults.push(invalid(`${path}.lun`, iscsi.lun, 'must be between 0 and 255, inclusive'))
  if ((iscsi.chapAuthDiscovery || iscsi.chapAuthSession) && !iscsi.secretRef) faults.push(required(`${path}.secretRef`, ''))
  return iscsi.initiatorName === undefined ? faults : [...faults, ...checkISCSIName(`${path}.initiatorname`, iscsi.initiatorName)]
}

const managedDisk = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const blobDisk = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

function validateAzureDisk({ diskURI, cachingMode, kind }: NonNullable<Volume['azureDisk']>, path: string): FieldError[] {
  const faults = [
    ...checkOptionalChoice(`${path}.cachingMode`, cachingMode, ['None', 'ReadOnly', 'ReadWrite']),
    ...checkOptionalChoice(`${path}.kind`, kind, ['Dedicated', 'Managed', 'Shared']),
  ]
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) faults.push(notSupported(`${path}.diskURI`, diskURI, [managedDisk]))
  if (kind !== undefined && kind !== 'Managed' && !diskURI.startsWith('https://')) faults.push(notSupported(`${path}.diskURI`, diskURI, [blobDisk]))
  return faults
}

function validateFlocker({ datasetName = '', datasetUUID = '' }: NonNullable<Volume['flocker']>, path: string): FieldError[] {
  const faults: FieldError[] = []
  if (!datasetName && !datasetUUID) faults.push(required(path, 'one of datasetName and datasetUUID is required'))
  if (datasetName && datasetUUID) faults.push(invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'))
  if (datasetName.includes('/')) faults.push(invalid(`${path}.datasetName`, datasetName, "must not contain '/'"))
  return faults
}

function validateFibreChannel({ targetWWNs = [], wwids = [], lun }: NonNullable<Volume['fc']>, path: string): FieldError[] {
  const faults: FieldError[] = []
  if (targetWWNs.length === 0 && wwids.length === 0) faults.push(required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'))
  if (targetWWNs.length > 0 && wwids.length > 0) faults.push(invalid(`${path}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'))
  if (targetWWNs.length === 0) return faults
  if (lun === undefined) faults.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'))
  else if (lun < 0 || lun > 255) faults.push(invalid(`${path}.lun`, lun, 'must be between 0 and 255, inclusive'))
  return faults
}
