import { expect, test } from 'vitest'
import type { Pod, ReplicationController, Service } from '../api/generated/types.ts'
import { DefaultSelectors, defaultSelector } from './default-selectors.ts'
import { PodState } from './pod-state.ts'

function podOf(owner: object): PodState {
  return new PodState({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'shop', uid: 'pod', labels: { app: 'web', tier: 'front', more: 'yes' }, ownerReferences: [{ name: 'web', uid: 'owner', controller: true, ...owner }] }, spec: { containers: [] }, status: {} } as unknown as Pod)
}

const services = [{ metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { tier: 'front' } } }] as unknown as readonly Service[]
const controller = { spec: { selector: { app: 'web' } } } as unknown as ReplicationController
const sources = { services: () => services, replicaSet: () => undefined, replicationController: (key: string) => (key === 'shop/web' ? controller : undefined) }

test('pods of a ReplicationController are spread by its selector and those of the Services that select them', () => {
  const pod = podOf({ apiVersion: 'v1', kind: 'ReplicationController' })
  expect(defaultSelector(pod, sources)?.text).toBe('app=web,tier=front')
  expect(new DefaultSelectors({ ...sources, services: () => [] }).of(pod)?.text).toBe('app=web')
})

test('an owner of another group, or one that is not there, selects nothing', () => {
  expect(defaultSelector(podOf({ apiVersion: 'example.com/v1', kind: 'ReplicationController' }), sources)?.text).toBe('tier=front')
  expect(defaultSelector(podOf({ apiVersion: 'v1', kind: 'ReplicationController', name: 'other' }), sources)?.text).toBe('tier=front')
})
