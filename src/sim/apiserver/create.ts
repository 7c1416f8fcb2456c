import { alreadyExists, generateNameConflict, invalid } from '../api/errors.ts'
import { deepFreeze, type KubernetesObject } from '../api/objects.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import { admitCreate } from './admission.ts'
import { commit, storageKey } from './core.ts'
import type { Target } from './target.ts'

/** apiserver/pkg/storage/names: 63 characters in all, five of them random. */
const longestGeneratedBase = 58
/** apiserver/pkg/registry/generic/registry maxNameGenerationCreateAttempts. */
const nameAttempts = 8

/** POST: makes the object that was sent into a stored one. */
export function create(target: Target, sent: KubernetesObject): Result<KubernetesObject> {
  const generates = !sent.metadata.name && sent.metadata.generateName
  let result = createOnce(target, sent)
  for (let attempt = 1; generates && attempt < nameAttempts && !result.ok && result.status.reason === 'AlreadyExists'; attempt += 1) result = createOnce(target, sent)
  return result
}

function createOnce(target: Target, sent: KubernetesObject): Result<KubernetesObject> {
  const { core, definition, strategy } = target
  const admitted = admitCreate(target, withSystemFields(target, sent))
  if (!admitted.ok) return admitted
  const object = strategy.prepareForCreate(admitted.value)
  const errors = strategy.validateCreate(object)
  const { name, namespace, generateName } = object.metadata
  if (errors.length > 0) return refused(invalid(definition, name, errors))
  if (core.store.get(storageKey(definition, namespace, name))) {
    return refused(generateName ? generateNameConflict(definition, name, 1) : alreadyExists(definition, name))
  }
  return accepted(target.dryRun ? deepFreeze(object) : commit(core, target.by, definition, object, undefined))
}

/** What only the server decides: whatever the client sent in these fields does not count. */
function withSystemFields({ core, definition, namespace }: Target, sent: KubernetesObject): KubernetesObject {
  const { name, generateName, labels, annotations, finalizers, ownerReferences } = sent.metadata
  return {
    ...sent,
    metadata: {
      name: name || (generateName ? generateName.slice(0, longestGeneratedBase) + core.names.suffix(5) : ''),
      ...(generateName && { generateName }),
      ...(definition.namespaced && namespace !== undefined && { namespace }),
      uid: core.uids.uuid(),
      resourceVersion: '',
      creationTimestamp: core.wall.time(),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(ownerReferences && { ownerReferences }),
      ...(finalizers && { finalizers }),
    },
  }
}
