import { expect, test } from 'vitest'
import type { Container } from '../generated/types.ts'
import { strategyOf } from '../strategy/strategies.ts'
import type { KubernetesObject } from '../objects.ts'

/** What the API server finds wrong with a pod of one container, short of what is the same in all texts. */
function faults(container: Partial<Container>): readonly string[] {
  const strategy = strategyOf('pods')
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', uid: 'u' }, spec: { containers: [{ name: 'c', image: 'x', ...container }] } } as unknown as KubernetesObject
  return strategy.validate(strategy.defaults(pod)).map(({ field, detail, badValue }) => `${field.replace('spec.containers[0].', '')} ${JSON.stringify(badValue)}: ${detail}`)
}

const exits = (values: readonly number[], operator = 'In') => ({ action: 'Restart', exitCodes: { operator, values } }) as NonNullable<Container['restartPolicyRules']>[number]

test('rules for restarts need a policy of the container, and each an action and exit codes that are known', () => {
  expect(faults({ restartPolicy: 'Never', restartPolicyRules: [exits([1]), exits([0], 'NotIn')] })).toEqual([])
  expect(faults({ restartPolicyRules: [exits([1])] })).toEqual(['restartPolicy "": must specify restartPolicy when restart rules are used'])
  expect(faults({ restartPolicy: 'Never', restartPolicyRules: [{ ...exits([1], ''), action: 'Stop' }, { action: 'RestartAllContainers' }] })).toEqual([
    'restartPolicyRules[0].action "Stop": supported values: "Restart", "RestartAllContainers"',
    'restartPolicyRules[0].exitCodes.operator "": supported values: "In", "NotIn"',
    'restartPolicyRules[1].exitCodes "": must be specified',
  ])
  expect(faults({ restartPolicy: 'Never', restartPolicyRules: Array.from({ length: 21 }, () => exits([1])) })).toEqual(['restartPolicyRules 21: must have at most 20 items'])
  expect(faults({ restartPolicy: 'Never', restartPolicyRules: [exits(Array.from({ length: 256 }, (_, code) => code))] })).toEqual(['restartPolicyRules[0].exitCodes.values 256: must have at most 255 items'])
})
