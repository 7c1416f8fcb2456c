import type { Client, EventOptions, EventRecorder, ObjectReferenceSource } from './component.ts'
import type { WallClock } from '../api/time.ts'
import type { Random } from '../kernel/random.ts'

export interface EventRecorderOptions {
  readonly client: Client
  readonly wall: WallClock
  readonly random: Random
  readonly component: string
  /** The node, for what runs on one. */
  readonly host?: string
}

/** Records what happened to an object as Event objects. */
export function createEventRecorder({ client, wall, random, component, host }: EventRecorderOptions): EventRecorder {
  return {
    event(about: ObjectReferenceSource, type: 'Normal' | 'Warning', reason: string, message: string, options: EventOptions = {}): void {
      const { name, namespace = 'default', uid, resourceVersion } = about.metadata
      const time = wall.time()
      client.create('events', {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.${random.uuid().replaceAll('-', '').slice(0, 16)}`, namespace },
        involvedObject: { kind: about.kind, namespace: about.metadata.namespace, name, uid, apiVersion: about.apiVersion, resourceVersion, ...(options.fieldPath && { fieldPath: options.fieldPath }) },
        reason, message, type, count: 1, firstTimestamp: time, lastTimestamp: time,
        source: { component, ...(host && { host }) },
        reportingComponent: component,
        reportingInstance: host ?? '',
      } as never)
    },
  }
}
