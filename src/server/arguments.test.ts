import { expect, test } from 'vitest'
import { sentenceOf } from '../sim/cluster/command-words.ts'
import type { Fault } from '../sim/cluster/run.ts'
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
  [['a', '--at', '5s power-off a b'], 'power-off cannot have both "a" and "b"'],
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

test.each<[string, unknown]>([
  ['60s reboot worker-1', { kind: 'fault', fault: { kind: 'reboot', node: 'worker-1' } }],
  ['60s freeze worker-1 for 30s', { kind: 'fault', fault: { kind: 'freeze', node: 'worker-1' }, for: 30_000 }],
  ['60s freeze node/worker-1', { kind: 'fault', fault: { kind: 'freeze', node: 'worker-1' } }],
  ['60s slow kube-scheduler 500ms for 2m', { kind: 'fault', fault: { kind: 'slow', component: 'kube-scheduler', by: 500 }, for: 120_000 }],
  ['60s etcd-unreachable for 30s', { kind: 'fault', fault: { kind: 'cut-off', component: 'etcd' }, for: 30_000 }],
  ['60s registry-down nginx for 5m', { kind: 'fault', fault: { kind: 'registry-unreachable', image: 'nginx' }, for: 300_000 }],
  ['60s registry-slow 20x', { kind: 'fault', fault: { kind: 'registry-slow', times: 20 } }],
  ['60s cut-off kubelet/worker-1 in', { kind: 'fault', fault: { kind: 'cut-off', component: 'kubelet', node: 'worker-1', direction: 'in' } }],
  ['60s skew worker-1 -30s', { kind: 'fault', fault: { kind: 'clock-skew', node: 'worker-1', by: -30_000 } }],
  ['60s stale kube-scheduler relist for 1m', { kind: 'fault', fault: { kind: 'stale', component: 'kube-scheduler', relist: true }, for: 60_000 }],
  ['60s lose-answers 1/3', { kind: 'fault', fault: { kind: 'lose-answers', oneIn: 3 } }],
  ['60s throttle kube-controller-manager 1/2', { kind: 'fault', fault: { kind: 'throttle', component: 'kube-controller-manager', oneIn: 2 } }],
  ['60s compact', { kind: 'fault', fault: { kind: 'compact' } }],
  ['60s power-off worker-1 for 1m', { kind: 'fault', fault: { kind: 'power-off', node: 'worker-1' }, for: 60_000 }],
  ['60s stop kubelet/worker-1', { kind: 'fault', fault: { kind: 'stop', component: 'kubelet', node: 'worker-1' } }],
  ['60s start kubelet/worker-1', { kind: 'end-fault', fault: { kind: 'stop', component: 'kubelet', node: 'worker-1' } }],
  ['60s end freeze worker-1', { kind: 'end-fault', fault: { kind: 'freeze', node: 'worker-1' } }],
  ['60s end registry-down', { kind: 'end-fault', fault: { kind: 'registry-unreachable' } }],
  ['60s end etcd-unreachable', { kind: 'end-fault', fault: { kind: 'cut-off', component: 'etcd' } }],
  ['60s end all', { kind: 'end-fault' }],
])('a fault is said in words: %s', (text, command) => {
  expect(parseArguments(['a.yaml', '--at', text]).actions[0]?.what).toEqual({ kind: 'command', command })
})

test.each([
  ['60s burn worker-1', /unknown action "burn"; there are apply, .*freeze, cut-off/],
  ['60s freeze', /--at "60s freeze": freeze needs a node or component/],
  ['60s freeze worker-1 for', /for needs one time/],
  ['60s freeze worker-1 for 2d', /not a time/],
  ['60s freeze worker-1 for 48h', /lasts for 1ms to 24h, not 48h/],
  ['60s freeze worker-1 worker-2', /freeze cannot have both "worker-1" and "worker-2"/],
  ['60s slow kube-scheduler', /slow needs a time, like 500ms/],
  ['60s slow worker-1 500ms', /there is no component "worker-1"; there are etcd, .* kubelet\/NODE/],
  ['60s slow etcd 5m', /slow cannot have by 300000/],
  ['60s stop', /stop needs one of etcd, kube-apiserver/],
  ['60s reboot etcd', /reboot needs a node, not "etcd"/],
  ['60s compact etcd', /compact takes no "etcd"/],
  ['60s compact for 5s', /compact happens at once/],
  ['60s end', /end needs a fault or "all"; there are power-off, shut-down, reboot/],
  ['60s cut-off cron/worker-1', /there is no component "cron"; there are etcd/],
])('words that are wrong are answered with the place and with what there is: %s', (text, message) => {
  expect(() => parseArguments(['a.yaml', '--at', text])).toThrow(message)
})

test('what the trace says of a fault can be said again', () => {
  const faults: readonly Fault[] = [
    { kind: 'reboot', node: 'worker-1' }, { kind: 'freeze', component: 'kube-proxy', node: 'worker-1' }, { kind: 'cut-off', node: 'worker-1', direction: 'out' }, { kind: 'clock-skew', node: 'worker-1', by: -90_500 }, { kind: 'clock-skew', node: 'worker-1', by: 1 },
    { kind: 'slow', component: 'etcd', by: 1500 }, { kind: 'stale', component: 'kube-scheduler', relist: true }, { kind: 'drop-watches', node: 'worker-1' }, { kind: 'lose-answers', component: 'kubelet', oneIn: 3 }, { kind: 'throttle' }, { kind: 'registry-slow', image: 'nginx:1.27', times: 3 }, { kind: 'registry-failing', image: 'ghcr.io' },
  ]
  for (const fault of faults) expect(parseArguments(['a', '--at', `5s ${sentenceOf({ kind: 'fault', fault })}`]).actions[0]?.what).toEqual({ kind: 'command', command: { kind: 'fault', fault } })
})
