import { expect, test } from 'vitest'
import type { Container } from '../api/generated/types.ts'
import { createTestNode } from './testing.ts'

const agnhost = 'registry.k8s.io/e2e-test-images/agnhost:2.53'

/** Events about a pod whose container is probed at this path, with how often they came. */
function probedAt(path: string): { readonly restarts: number | undefined; readonly events: readonly (readonly unknown[])[] } {
  const node = createTestNode()
  node.cluster.advanceTo(2_000)
  const livenessProbe = { httpGet: { port: 8080, path }, periodSeconds: 5, initialDelaySeconds: 2, failureThreshold: 3 }
  node.run('web', { containers: [{ name: 'app', image: agnhost, livenessProbe } as unknown as Container] })
  node.cluster.advanceTo(30_000)
  const events = node.cluster.list('events', 'default').filter(({ reason = '' }) => reason === 'ProbeWarning' || reason === 'Unhealthy')
  return { restarts: node.pod('web')?.status.containerStatuses?.[0]?.restartCount, events: events.map(({ reason, message, count, involvedObject }) => [reason, message, count, involvedObject.fieldPath]) }
}

test('a probe that is sent to another host has succeeded, with a warning each time', () => {
  const { restarts, events } = probedAt('/redirect?loc=http%3A%2F%2F0.0.0.0%2F')
  expect(restarts).toBe(0)
  expect(events).toEqual([['ProbeWarning', 'Liveness probe warning: Probe terminated redirects, Response body: <a href="http://0.0.0.0/">Found</a>.\n\n', expect.any(Number), 'spec.containers{app}']])
  expect(events[0]?.[2]).toBeGreaterThan(3)
})

test('a probe that is sent to another path follows', () => {
  expect(probedAt('/redirect?loc=/healthz')).toEqual({ restarts: 0, events: [] })
})

test('a probe that is sent from path to path gives up after ten', () => {
  const circle = (depth: number): string => `/redirect?loc=${depth === 0 ? '/healthz' : encodeURIComponent(circle(depth - 1))}`
  expect(probedAt(circle(8)).events).toEqual([])
  expect(probedAt(circle(11)).events[0]?.slice(0, 2)).toEqual(['Unhealthy', expect.stringMatching(/stopped after 10 redirects$/)])
})
