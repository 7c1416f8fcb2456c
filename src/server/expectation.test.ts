import { expect, test } from 'vitest'
import { judge, parseExpectation } from './expectation.ts'

const deployment = (replicas: number, ready: number, over: object = {}) => ({
  kind: 'Deployment', metadata: { generation: 2, labels: { 'app.kubernetes.io/name': 'web' } }, spec: { replicas },
  status: { observedGeneration: 2, readyReplicas: ready, availableReplicas: ready, conditions: [{ type: 'Available', status: ready === replicas ? 'True' : 'False' }], ...over },
})
const pod = (ready: string) => ({ kind: 'Pod', metadata: {}, spec: {}, status: { conditions: [{ type: 'Ready', status: ready }], podIPs: [{ ip: '10.0.0.1' }] } })

test.each([
  ['ready', deployment(3, 3), true, '3 of 3 ready'],
  ['ready', deployment(3, 2), false, '2 of 3 ready'],
  ['ready', deployment(3, 3, { observedGeneration: 1 }), false, 'its controller has not seen the last change yet'],
  ['available', deployment(3, 2), false, 'Available=False'],
  ['available', { ...deployment(1, 0), status: {} }, false, 'Available=not said yet'],
  ['ready', { kind: 'DaemonSet', metadata: {}, spec: {}, status: { numberReady: 2, desiredNumberScheduled: 3 } }, false, '2 of 3 ready'],
  ['available', { kind: 'ReplicaSet', metadata: {}, spec: { replicas: 0 }, status: {} }, true, '0 of 0 available'],
  ['available', { kind: 'ReplicationController', metadata: { generation: 1 }, spec: { replicas: 2 }, status: { observedGeneration: 1, replicas: 2, readyReplicas: 2, availableReplicas: 1 } }, false, '1 of 2 available'],
  ['ready', pod('True'), true, 'Ready=True'],
  ['ready', pod('False'), false, 'Ready=False'],
  ['ready', { kind: 'ConfigMap', metadata: {} }, false, 'no condition Ready'],
  ['gone', pod('True'), false, 'still there'],
  ['gone', null, true, 'gone'],
  ['ready', null, false, 'not found'],
  ['Available=True', deployment(1, 1), true, 'Available=True'],
  ['Progressing=False', deployment(1, 1), false, 'no condition Progressing'],
  ['{.status.readyReplicas}=2', deployment(3, 2), true, '2'],
  ['{.status.podIPs[0].ip}=10.0.0.1', pod('True'), true, '10.0.0.1'],
  ["{.metadata.labels['app.kubernetes.io/name']}=web", deployment(1, 1), true, 'web'],
  ['{.metadata.labels.app\\.kubernetes\\.io/name}=web', deployment(1, 1), true, 'web'],
  ['{.status.constructor}=x', deployment(1, 1), false, 'nothing there'],
] as const)('"%s" of an object is judged as %#', (state, object, ok, found) => {
  expect(judge(parseExpectation(`5s deployment/web ${state}`, 'default'), object)).toEqual({ text: `5s deployment/web ${state}`, ok, found })
})
