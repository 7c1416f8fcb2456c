import { expect, test } from 'vitest'
import { planApply } from './plan-apply.ts'

test('apply takes back what it applied last time and leaves alone what others set', () => {
  const applied = { metadata: { name: 'web' }, spec: { replicas: 2, paused: true } }
  const live = { metadata: { name: 'web', annotations: { by: 'a controller' } }, spec: { replicas: 5, paused: true, progressDeadlineSeconds: 600 } }
  const plan = planApply(applied, { metadata: { name: 'web' }, spec: { replicas: 2 } }, live, { apiVersion: 'apps/v1', kind: 'Deployment' })
  expect(plan).toEqual({ ok: true, value: { spec: { replicas: 2, paused: null } } })
})
