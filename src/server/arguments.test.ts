import { expect, test } from 'vitest'
import { parseArguments } from './arguments.ts'

test('every option is read, in any order and spelling', () => {
  const read = parseArguments(['a.yaml', '--nodes', '5', '--zones=2', '-', '--seed', '7', '--until', '1h30m', '-ojson', '--namespace', 'shop', '--at', '60s power-off worker-1', '--expect', '8m deployment/web available'])
  expect(read).toMatchObject({ inputs: ['a.yaml', '-'], nodes: 5, zones: 2, seed: 7, until: 5_400_000, output: 'json', namespace: 'shop' })
  expect(read.actions).toMatchObject([{ at: 60_000, what: { kind: 'command', command: { kind: 'power-off', node: 'worker-1' } } }])
  expect(read.expectations).toMatchObject([{ at: 480_000, target: { keys: ['shop/web'] }, state: { kind: 'available' } }])
})

test.each([
  ['10 cut-off worker-2', { kind: 'command', command: { kind: 'cut-off', node: 'worker-2' } }],
  ['1.5m cordon node/worker-2', { kind: 'command', command: { kind: 'cordon', node: 'worker-2' } }],
  ['0s stop kube-scheduler', { kind: 'command', command: { kind: 'stop', component: 'kube-scheduler' } }],
  ['1s kill web-1/nginx', { kind: 'kill', target: { keys: ['default/web-1'] }, container: 'nginx' }],
  ['1s kill pod/web-1.shop', { kind: 'kill', target: { keys: ['shop/web-1', 'default/web-1.shop'] } }],
  ['1s delete svc/web', { kind: 'delete', target: { definition: { resource: 'services' }, keys: ['default/web'] } }],
  ['1s delete node/worker-1', { kind: 'delete', target: { definition: { resource: 'nodes' }, keys: ['worker-1'] } }],
  ['1s scale deploy/web.shop 12', { kind: 'scale', target: { keys: ['shop/web', 'default/web.shop'] }, replicas: 12 }],
  ['1s apply more.yaml', { kind: 'applyFile', file: 'more.yaml' }],
])('--at "%s" is understood', (text, what) => {
  expect(parseArguments(['a.yaml', '--at', text]).actions[0]!.what).toMatchObject(what)
})

test.each([
  [[], 'name at least one file'],
  [['a', '--nodes', '1001'], '--nodes must be a whole number from 0 to 1000, not "1001"'],
  [['a', '--zones', '0'], '--zones must be a whole number from 1 to 26'],
  [['a', '--seed', '-1'], '--seed must be a whole number'],
  [['a', '--until', 'soon'], '--until: "soon" is not a time like 90s or 1h30m'],
  [['a', '--until', '9000h'], 'is more than a year'],
  [['a', '--until'], '--until needs a value'],
  [['a', '-o', 'xml'], '-o must be wide, json, yaml or events, not "xml"'],
  [['a', '--force'], 'unknown flag --force'],
  [['a', '--at', '5s'], 'a time and an action are needed'],
  [['a', '--at', '5s explode worker-1'], 'unknown action "explode"'],
  [['a', '--at', '5s power-off'], 'power-off needs a node'],
  [['a', '--at', '5s power-off a b'], 'power-off needs a node and nothing more'],
  [['a', '--at', '5s scale deployment/web many'], 'scale needs KIND/NAME and a number of replicas'],
  [['a', '--at', '5s delete gizmo/web'], 'the server doesn\'t have a resource type "gizmo"'],
  [['a', '--at', '5s kill a/b/c'], 'kill needs POD or POD/CONTAINER'],
  [['a', '--expect', '5s deployment/web'], 'a time, KIND/NAME and a state are needed'],
  [['a', '--expect', '5s deployment web ready'], '"deployment" is not KIND/NAME'],
  [['a', '--expect', '5s deployment/web happy'], '"happy" is not ready, available, gone'],
  [['a', '--expect', '5s deployment/web {.spec[}=1'], 'is not a path like {.status.readyReplicas}'],
] as const)('%j is refused', (words, message) => {
  expect(() => parseArguments(words)).toThrow(message)
})
