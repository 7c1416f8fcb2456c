import { expect, test } from 'vitest'
import type { Container } from '../api/generated/types.ts'
import type { Draft } from '../client/component.ts'
import { must } from '../api/status.ts'
import { createTestNode } from './testing.ts'

function linesOf(container: Partial<Container>, links = true): readonly string[] {
  const node = createTestNode()
  must(node.cluster.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'my-db', namespace: 'default' }, spec: { clusterIP: '10.96.0.77', ports: [{ port: 5432 }] } } as unknown as Draft<'services'>))
  node.cluster.advanceTo(2000)
  node.run('web', { restartPolicy: 'Never', enableServiceLinks: links, containers: [{ name: 'app', image: 'busybox:1.36', ...container } as Container] })
  node.cluster.advanceTo(20_000)
  const answer = node.kubelet.logs('default/web')
  return answer.ok ? answer.lines : [answer.message]
}

test('a container finds the Services of its namespace in its environment, and may use them in its command', () => {
  expect(linesOf({ command: ['env'] })).toEqual(expect.arrayContaining(['MY_DB_SERVICE_HOST=10.96.0.77', 'MY_DB_PORT=tcp://10.96.0.77:5432', 'KUBERNETES_SERVICE_HOST=10.96.0.1']))
  expect(linesOf({ command: ['echo', '$(MY_DB_SERVICE_HOST):$(MY_DB_SERVICE_PORT)'] })).toEqual(['10.96.0.77:5432'])
})

test('without service links it is told of the API only', () => {
  const names = linesOf({ command: ['env'] }, false).filter((line) => line.includes('_SERVICE_HOST'))
  expect(names).toEqual(['KUBERNETES_SERVICE_HOST=10.96.0.1'])
})

test('limits are told in whole divisors, and the resolver and host name stand in their files', () => {
  const env = [{ name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } }]
  const script = 'echo $MEMORY; hostname; cat /etc/resolv.conf; cat /etc/hostname'
  const lines = linesOf({ command: ['sh', '-c', script], env, resources: { limits: { memory: '100M' } } } as Partial<Container>)
  expect(lines).toEqual(['96', 'web', 'search default.svc.cluster.local svc.cluster.local cluster.local', 'nameserver 10.96.0.10', 'options ndots:5', 'web'])
})
