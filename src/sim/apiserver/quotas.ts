// Upstream: apiserver/pkg/admission/plugin/resourcequota (v1.36). Left out: its cache and with it conflicts and retries (it reads the newest quotas), the time-out of 10 s.
import { judgeByQuotas } from '../api/admission/resource-quota.ts'
import { forbidden } from '../api/errors.ts'
import type { ResourceQuota } from '../api/generated/types.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { evaluatorOf } from '../api/quota/evaluators.ts'
import { definitionOf } from '../api/resources.ts'
import type { Status } from '../api/status.ts'
import { compacted, type KeyValue, type Store } from '../etcd/store.ts'
import { commit } from './core.ts'
import { prefixOf } from './object-homes.ts'
import type { Target } from './target.ts'

/** The quotas of each namespace that has any, as they are stored. */
export class Quotas {
  private readonly namespaces = new Map<string, readonly ResourceQuota[]>()

  /** Learns what is stored, and from then on every write. Returns how to stop. */
  follow(store: Store<KubernetesObject>): () => void {
    this.namespaces.clear()
    const prefix = prefixOf(definitionOf('resourcequotas'))
    const found = store.range(prefix)
    if (found !== compacted) for (const kv of found) this.note(kv)
    const stop = store.watch(prefix, store.revision, (kv) => this.note(kv))
    return stop === compacted ? () => undefined : stop
  }

  /** In the order of their names. */
  of(namespace: string): readonly ResourceQuota[] | undefined {
    return this.namespaces.get(namespace)
  }

  private note({ value, previous }: KeyValue<KubernetesObject>): void {
    const quota = value ?? previous?.value
    if (!quota) return
    const { namespace = '', name } = quota.metadata
    const others = (this.namespaces.get(namespace) ?? []).filter(({ metadata }) => metadata.name !== name)
    const quotas = value ? [...others, quota as ResourceQuota].sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1)) : others
    if (quotas.length > 0) this.namespaces.set(namespace, quotas)
    else this.namespaces.delete(namespace)
  }
}

/** Charges the quotas of a namespace with an object that is about to be stored there; why it may not be, or null. A dry run is only judged. */
export function chargeQuotas(target: Target, object: KubernetesObject, old: KubernetesObject | null): Status | null {
  const { core, definition, namespace, by, dryRun } = target
  if (namespace === undefined || by.subresource !== undefined) return null
  const quotas = core.quotas.of(namespace)
  const evaluator = quotas && evaluatorOf(definition.resource)
  if (!evaluator || core.disabledPlugins.has('ResourceQuota')) return null
  const verdict = judgeByQuotas(quotas, evaluator, { object, old }, core.wall.epochMillis)
  if ('refusal' in verdict) return forbidden(definition, object.metadata.name, verdict.refusal)
  if (dryRun) return null
  const author = { user: 'kube-apiserver', verb: 'update', subresource: 'status' }
  for (const quota of verdict.charged) commit(core, author, definitionOf('resourcequotas'), quota, quota)
  return null
}
