// Upstream: pkg/apis/core/validation: the in-tree volume sources of former days (v1.36). Left out: the forms of iSCSI names and of Azure's disk addresses.
import type { FieldError } from '../field-errors.ts'
import { invalid, required } from '../field-errors.ts'
import type { Volume } from '../generated/types.ts'
import { checkDescendingPath, checkLabel, checkRequired } from './checks.ts'

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
  const { gitRepo, gcePersistentDisk, awsElasticBlockStore, flocker, fc, storageos, iscsi } = volume
  if (source === 'gitRepo' && gitRepo?.directory) faults.push(...checkDescendingPath(`${here}.directory`, gitRepo.directory))
  if (source === 'gcePersistentDisk') faults.push(...checkPartition(`${here}.partition`, gcePersistentDisk?.partition))
  if (source === 'awsElasticBlockStore') faults.push(...checkPartition(`${here}.partition`, awsElasticBlockStore?.partition))
  if (source === 'iscsi' && ((iscsi?.lun ?? 0) < 0 || (iscsi?.lun ?? 0) > 255)) faults.push(invalid(`${here}.lun`, iscsi?.lun, 'must be between 0 and 255, inclusive'))
  if (source === 'storageos' && storageos?.volumeName) faults.push(...checkLabel(`${here}.volumeName`, storageos.volumeName))
  if (source === 'flocker' && flocker) faults.push(...validateFlocker(flocker, here))
  if (source === 'fc' && fc) faults.push(...validateFibreChannel(fc, here))
  return faults
}

function missing(path: string, value: unknown, source: keyof Volume): FieldError[] {
  if (Array.isArray(value) ? value.length > 0 : value) return []
  return source === 'quobyte' && path.endsWith('.registry') ? [required(path, 'must be a host:port pair or multiple pairs separated by commas')] : checkRequired(path, '')
}

function checkPartition(path: string, partition = 0): FieldError[] {
  return partition < 0 || partition > 255 ? [invalid(path, partition, 'must be between 1 and 255, inclusive')] : []
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
