// Upstream: pkg/controller/replication, the ReplicaSet controller behind a conversion (v1.36). Left out: the consistency store for stale caches, metrics.
import type { ReplicaSetStatus, ReplicationController, ReplicationControllerStatus } from '../../api/generated/types.ts'
import { keyOf } from '../../api/objects.ts'
import type { ComponentContext, Informer } from '../../client/component.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { writeStatus } from '../status-update.ts'
import { ReplicaSetController } from './replica-set-controller.ts'
import type { Replicating } from './replica-set-plan.ts'

/** Keeps as many pods alive as each ReplicationController asks for: as soon as there is one. */
export function startReplicationController(context: ComponentContext, { concurrentRcSyncs: workers }: ControllerManagerFlags): void {
  const { client, informers } = context
  const controllers = informers.of('replicationcontrollers')
  let isWorking = false
  // Hardly anybody has any: until there is one, nobody listens to what becomes of the pods.
  controllers.onChange(() => {
    if (isWorking) return
    isWorking = true
    new ReplicaSetController(context, {
      resource: 'replicationcontrollers',
      kind: 'ReplicationController',
      queue: 'replicationmanager',
      workers,
      owners: inGuise(controllers),
      writeStatus: ({ original }, status) =>
        writeStatus(original, ownStatus(status), { update: (object) => client.updateStatus('replicationcontrollers', object), get: () => client.get('replicationcontrollers', keyOf(original)) }),
    })
  })
}

/** A ReplicationController as its controller sees it. */
interface Guise extends Replicating {
  readonly original: ReplicationController
}

const guises = new WeakMap<ReplicationController, Guise>()

function guiseOf(original: ReplicationController): Guise {
  let guise = guises.get(original)
  if (!guise) {
    const { apiVersion, kind, metadata, spec, status } = original
    guises.set(original, (guise = { apiVersion, kind, metadata, spec: { ...spec, selector: { matchLabels: spec.selector } }, status, original }))
  }
  return guise
}

function inGuise(informer: Informer<ReplicationController>): Informer<Guise> {
  const { lister } = informer
  return {
    get synced() {
      return informer.synced
    },
    lister: {
      get: (key) => {
        const found = lister.get(key)
        return found && guiseOf(found)
      },
      find: (namespace, name) => {
        const found = lister.find(namespace, name)
        return found && guiseOf(found)
      },
      list: (namespace) => lister.list(namespace).map(guiseOf),
      byIndex: (index, value) => lister.byIndex(index, value).map(guiseOf),
      indexValues: (index) => lister.indexValues(index),
    },
    onChange: (handler) => informer.onChange(({ old, new: current }) => handler({ ...(old && { old: guiseOf(old) }), ...(current && { new: guiseOf(current) }) })),
    addIndex: (name, valuesOf, keepsValues) =>
      informer.addIndex(name, (object) => valuesOf(guiseOf(object)), keepsValues && ((old, object) => keepsValues(guiseOf(old), guiseOf(object)))),
  }
}

/** What terminates has no place in it. */
function ownStatus({ terminatingReplicas: _uncounted, ...status }: ReplicaSetStatus): ReplicationControllerStatus {
  return status
}
