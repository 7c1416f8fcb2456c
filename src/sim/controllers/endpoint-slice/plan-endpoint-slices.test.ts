import { expect, test } from 'vitest'
import type { Pod, Service } from '../../api/generated/types.ts'
import { planEndpointSlices } from './plan-endpoint-slices.ts'
import { TopologyCache } from './topology-hints.ts'

test('a pod whose node is not known is complained of once, however many families the Service has', () => {
  const service = {
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default', uid: 'uid-web' },
    spec: { clusterIP: 'None', selector: { app: 'web' }, ipFamilies: ['IPv4', 'IPv6'], ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }] },
  } as unknown as Service
  const pod = (name: string) => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec: { nodeName: 'lost', containers: [{ name: 'web', image: 'nginx' }] },
    status: { phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] },
  }) as unknown as Pod
  const { errors } = planEndpointSlices({ service, pods: [pod('web-1'), pod('web-2')], existing: [], nodeOf: () => undefined, maxEndpointsPerSlice: 100 }, new TopologyCache())
  expect(errors).toEqual(['skipping Pod web-1 for Service default/web: Node lost Not Found', 'skipping Pod web-2 for Service default/web: Node lost Not Found'])
})
