import { expect, test } from 'vitest'
import type { Container, Pod } from '../api/generated/types.ts'
import { podsToPreempt } from './preemption.ts'
import { createTestNode } from './testing.ts'

const container = (cpu?: string, limits?: boolean): Container => ({ name: 'app', image: 'nginx:1.27', ...(cpu && { resources: { requests: { cpu, memory: '1Gi' }, ...(limits && { limits: { cpu, memory: '1Gi' } }) } }) }) as unknown as Container
const pod = (name: string, cpu?: string, limits?: boolean, priority = 0): Pod => ({ metadata: { name, namespace: 'default', uid: name }, spec: { containers: [container(cpu, limits)], priority } }) as unknown as Pod
const names = (pods: readonly Pod[] | null) => pods?.map(({ metadata }) => metadata.name)

test('a critical pod takes the place of those that come closest to what it needs, the worse classes first', () => {
  const critical = pod('critical', '1', false, 2_000_000_000)
  const others = [pod('none'), pod('small', '500m'), pod('large', '2'), pod('sure', '1', true), pod('critical-too', '3', false, 2_000_001_000)]
  const lacks = (amount: number) => [{ resource: 'cpuMilli', amount }] as const
  expect(names(podsToPreempt(critical, others, lacks(400)))).toEqual(['small'])
  expect(names(podsToPreempt(critical, others, lacks(1_500)))).toEqual(['large'])
  expect(names(podsToPreempt(critical, others, lacks(2_200)))).toEqual(['large', 'small'])
  expect(names(podsToPreempt(critical, others, lacks(3_000)))).toEqual(['large', 'sure'])
  expect(podsToPreempt(critical, others, lacks(4_000))).toBeNull()
  expect(podsToPreempt(pod('plain', '1'), others, lacks(100))).toBeNull()
})

test('on a full node a critical pod, with a port of the machine too, starts when the pod that it displaces has ended; any other is refused', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('web', { containers: [container('3')] })
  node.cluster.advanceTo(20_000)
  node.run('plain', { containers: [container('3')] })
  node.run('critical', { containers: [{ ...container('3'), ports: [{ containerPort: 80, hostPort: 8080, protocol: 'TCP' }] }], priorityClassName: 'system-node-critical' })
  node.cluster.advanceTo(40_000)
  expect(node.pod('plain')?.status).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu' })
  expect(node.pod('critical')?.status.phase).toBe('Running')
  expect(node.pod('web')?.status).toMatchObject({ phase: 'Failed', reason: 'Preempting', message: 'Preempted in order to admit critical pod' })
  expect(node.pod('web')?.status.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'TerminationByKubelet' })
  expect(node.events('web')).toContain('Preempting')
})

test('a pod for another operating system is refused', () => {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  node.run('other', { os: { name: 'windows' } })
  node.cluster.advanceTo(20_000)
  expect(node.pod('other')?.status).toMatchObject({ phase: 'Failed', reason: 'PodOSNotSupported', message: "Pod was rejected: Failed to admit pod as the OS field doesn't match node OS" })
})
