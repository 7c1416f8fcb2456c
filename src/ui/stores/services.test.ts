import { expect, test } from 'vitest'
import type { Service } from '../../sim/api/generated/types.ts'
import { serviceAddress } from './services.ts'

const address = (spec: object, ingress: readonly object[] = []) => serviceAddress({ metadata: { name: 'web' }, spec: { clusterIP: '10.96.1.7', ports: [{ port: 80, nodePort: 30080 }], ...spec }, status: { loadBalancer: { ingress } } } as unknown as Service)

test('a Service says where it is reached: a load balancer without an address is pending, as kubectl has it', () => {
  expect(address({ type: 'LoadBalancer' })).toBe('LoadBalancer · <pending>:80')
  expect(address({ type: 'LoadBalancer' }, [{ ip: '203.0.113.10' }])).toBe('LoadBalancer · 203.0.113.10:80')
  expect(address({ type: 'NodePort' })).toBe('NodePort · every node:30080')
  expect(address({ type: 'ClusterIP' })).toBe('ClusterIP · 10.96.1.7:80')
  expect(address({ type: 'ClusterIP', clusterIP: 'None' })).toBe('ClusterIP · headless')
})
