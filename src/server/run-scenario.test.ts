import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeScenario } from '../scenario/scenario.ts'
import { parseArguments } from './arguments.ts'
import { runScenario } from './run-scenario.ts'

const folder = mkdtempSync(join(tmpdir(), 'kubarium-'))

function file(name: string, text: string | Uint8Array): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const runTelling = (tellWarning: (text: string) => void, ...words: string[]) => runScenario(parseArguments(words), tellWarning)
const run = (...words: string[]) => runTelling(() => undefined, ...words)
const deployment = (name: string, image = 'nginx:1.27') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
      - name: web
        image: ${image}
`
const web = file('web.yaml', deployment('web'))

test('the same arguments give the same document, with hash, objects, events and what was expected', () => {
  const words = [web, '--nodes', '2', '--zones', '2', '--until', '2m', '--at', '30s power-off worker-1', '--expect', '20s deployment/web available', '--expect', '10s deployment/web gone', '-o', 'json']
  const first = run(...words)
  expect(run(...words)).toEqual(first)
  const document = JSON.parse(first.output) as { hash: string; virtualMs: number; objects: { kind: string; metadata: { name: string } }[]; events: { kind: string; reason: string }[]; expectations: unknown[] }
  expect(Object.keys(document)).toEqual(['hash', 'virtualMs', 'objects', 'events', 'expectations'])
  expect(document.hash).toMatch(/^[0-9a-f]+$/)
  expect(document.virtualMs).toBe(120_000)
  expect(document.objects.filter(({ kind }) => kind === 'Node').map(({ metadata }) => metadata.name)).toEqual(['control-plane-1', 'worker-1', 'worker-2'])
  expect(document.events.some(({ kind, reason }) => kind === 'Event' && reason === 'ScalingReplicaSet')).toBe(true)
  expect(document.expectations).toEqual([{ text: '20s deployment/web available', ok: true, found: 'Available=True' }, { text: '10s deployment/web gone', ok: false, found: 'still there' }])
  expect(first.failed).toBe(true)
  expect((JSON.parse(run(...words, '--seed', '2').output) as { hash: string }).hash).not.toBe(document.hash)
})

test('every action does what it says', () => {
  const more = file('more.yaml', deployment('web', 'nginx:1.28'))
  const { verdicts } = run(web, file('pod.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: {name: lone}\nspec: {nodeName: worker-2, containers: [{name: c, image: nginx}]}\n'),
    '--at', '20s cordon worker-1', '--at', '30s uncordon worker-1', '--at', '40s scale deployment/web 4', '--at', '60s kill lone/c', '--at', `80s apply ${more}`, '--at', '100s delete pod/lone',
    '--at', '110s cut-off worker-3', '--at', '170s reconnect worker-3', '--at', '200s stop kube-scheduler', '--at', '210s scale deploy/web 5', '--at', '240s start kube-scheduler', '--at', '300s power-off worker-1', '--at', '380s power-on worker-1',
    '--expect', '25s node/worker-1 {.spec.unschedulable}=true', '--expect', '35s node/worker-1 {.spec.unschedulable}=true', '--expect', '55s deployment/web ready', '--expect', '70s pod/lone {.status.containerStatuses[0].restartCount}=1',
    '--expect', '79s deployment/web {.spec.replicas}=4', '--expect', '99s deployment/web {.spec.template.spec.containers[0].image}=nginx:1.28', '--expect', '140s pod/lone gone', '--expect', '169s node/worker-3 Ready=Unknown', '--expect', '209s node/worker-3 ready',
    '--expect', '239s deployment/web {.status.readyReplicas}=2', '--expect', '290s deployment/web {.status.readyReplicas}=5', '--expect', '379s node/worker-1 Ready=Unknown', '--expect', '430s node/worker-1 ready')
  expect(verdicts.map(({ ok, found }) => (ok ? 'ok' : found))).toEqual(['ok', 'nothing there', ...Array.from({ length: 11 }, () => 'ok')])
})

test('a control plane that does not answer fails an expectation and says so, also for what should be gone', () => {
  expect(run(web, '--at', '10s power-off control-plane-1', '--expect', '20s deployment/none gone').verdicts).toEqual([{ text: '20s deployment/none gone', ok: false, found: expect.stringMatching(/control-plane-1:6443/) }])
})

const endpoints = (name: string, ip = '10.9.8.7') => `apiVersion: v1\nkind: Endpoints\nmetadata: {name: ${name}}\nsubsets: [{addresses: [{ip: "${ip}"}]}]\n`
const quota = 'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: small}\nspec: {hard: {cpu: "2", limits.cpu: "1"}}\n'
const deprecated = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'

test('what the API server warns of is told of every document and action, each text once, as kubectl does', () => {
  const told: string[] = []
  const { output } = runTelling((text) => told.push(text), file('old.yaml', [endpoints('a'), quota, endpoints('b', 'FD00::1')].join('---\n')),
    '--at', `10s apply ${file('again.yaml', endpoints('a', '10.9.8.6'))}`, '--at', '20s delete endpoints/b', '-o', 'json')
  expect(told).toEqual([deprecated, 'ResourceQuota cpu (2) should be less than limits.cpu (1)', 'subsets[0].addresses[0].ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")'])
  expect(output).not.toContain('Warning: ')
  expect(JSON.parse(output)).toHaveProperty('hash')
})

test('a scenario, a command and a refusal tell their warnings, too', () => {
  const told: string[] = []
  const command = { kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'old' } }] } as const
  runTelling((text) => told.push(text), file('saved-old.kubarium.json', writeScenario({ title: 'Old', until: 3000, run: { version: 1, seed: 1, options: { workers: 1 }, commands: [{ at: 1000, command }] } })))
  runTelling((text) => told.push(text), web, '--at', '5s delete endpoints/kubernetes', '--until', '6s')
  expect(() => runTelling((text) => told.push(text), file('wrong.yaml', endpoints('a', 'here')))).toThrow(/must be a valid IP address/)
  expect(told).toEqual([deprecated, deprecated, deprecated])
})

test('names with dots are found, in and out of a namespace', () => {
  expect(run(web, '--expect', '5s configmap/kube-root-ca.crt gone', '--expect', '5s deployment/coredns.kube-system available', '--expect', '5s configmap/kube-root-ca.crt.kube-system {.metadata.namespace}=kube-system').verdicts.map(({ ok }) => ok)).toEqual([false, true, true])
})

test('a scenario saved from the page is played as it was', () => {
  const saved = file('saved.kubarium.json', writeScenario({ title: 'Saved', until: 30_000, run: { version: 1, seed: 5, options: { workers: 1 }, commands: [{ at: 1000, command: { kind: 'apply', manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } }] } }] } }))
  const { verdicts, output } = run(saved, '--until', '30s', '--expect', '2s configmap/kept {.metadata.name}=kept', '-o', 'json')
  expect(verdicts[0]!.ok).toBe(true)
  expect((JSON.parse(output) as { objects: { kind: string }[] }).objects.filter(({ kind }) => kind === 'Node')).toHaveLength(2)
  expect(() => run(saved, '--until', '500ms')).toThrow('--until is before the last command of the scenario')
})

test.each([
  ['an unknown field', `${deployment('web')}        imagPullPolicy: Always\n`, /^\S+x\.yaml:14:9: Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec\.template\.spec\.containers\[0\]\.imagPullPolicy"$/],
  ['an invalid value in the second document', `${deployment('ok')}---\n${deployment('web').replace('replicas: 2', 'replicas: -2')}`, /x\.yaml:20:3: Deployment\.apps "web" is invalid: spec\.replicas: Invalid value: -2: must be greater than or equal to 0$/],
  ['a wrong type', deployment('web').replace('replicas: 2', 'replicas: many'), /x\.yaml:6:3: .*cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/],
  ['a wrong type in a list', 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - port: 80\n  - port: 81\n    name: 7\n', /x\.yaml:8:5: .*cannot unmarshal number into Go struct field ServicePort\.spec\.ports\.name of type string$/],
  ['an unknown kind', 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\n', /x\.yaml:1:1: no matches for kind "Job" in version "batch\/v1"$/],
  ['annotations that are no map', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations: abc\n', /x\.yaml:5:3: .*cannot unmarshal string into Go struct field ObjectMeta\.metadata\.annotations of type map\[string\]string$/],
  ['a namespace that is a number', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: 7\n', /x\.yaml:5:3: .*cannot unmarshal number into Go struct field ObjectMeta\.metadata\.namespace of type string$/],
  ['a namespace that is not there', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: nowhere\n', /namespaces "nowhere" not found$/],
  ['a syntax error', 'a: [1\nb: 2', /x\.yaml:2:\d+: /],
  ['an alias bomb', `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array.from({ length: 9 }, () => `*a${n}`).join(', ')}]`).join('\n')}`, /aliases/],
  ['nothing', '# nothing\n', /x\.yaml: no manifest in it$/],
  ['no text', Uint8Array.of(0xff, 0xfe, 0x00, 0x80), /x\.yaml: this is not text in UTF-8$/],
  ['too much', 'x'.repeat(1024 * 1024 + 1), /x\.yaml:1:1: the text is longer than 1 MiB$/],
  ['two Services that want one port', ['a', 'b'].map((name) => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec:\n  type: NodePort\n  ports:\n  - port: 80\n    nodePort: 30100\n`).join('---\n'), /x\.yaml:17:5: Service "b" is invalid: spec\.ports\[0\]\.nodePort: Invalid value: 30100: provided port is already allocated$/],
])('%s is refused with its place and the words of the API', (_, text, message) => {
  expect(() => run(file('x.yaml', text))).toThrow(message)
})

test('files are read with Windows line ends, folders in the order of their names; what cannot be read is named', () => {
  const windows = file('windows.yaml', deployment('windows').replaceAll('\n', '\r\n'))
  expect(run(windows, '--expect', '20s deployment/windows ready').failed).toBe(false)
  expect(() => run(join(folder, 'missing'))).toThrow(/the path "\S+missing" does not exist/)
  expect(() => run(web, '--at', '5s power-off worker-9')).toThrow('--at "5s power-off worker-9": there is no node "worker-9"; there are control-plane-1, worker-1, worker-2, worker-3')
  expect(() => run(web, '--at', '5s stop kube-unknown')).toThrow('there is no component "kube-unknown"')
  expect(() => run(web, '--at', `5s apply ${join(folder, 'missing')}`)).toThrow(/cannot be read/)
})

test('faults are played in the words of --at, and what they may not hit is said with what there is', () => {
  const { verdicts } = run(web, '--at', '60s freeze worker-1 for 2m', '--at', '60s slow kube-scheduler 500ms for 2m', '--at', '70s registry-down for 1m', '--at', '5m stop kubelet/worker-2', '--at', '8m end all',
    '--expect', '175s node/worker-1 Ready=Unknown', '--expect', '5m node/worker-1 ready', '--expect', '7m node/worker-2 Ready=Unknown', '--expect', '9m node/worker-2 ready', '--expect', '9m deployment/web available')
  expect(verdicts.map(({ ok, found }) => (ok ? 'ok' : found))).toEqual(Array(5).fill('ok'))
  expect(() => run(web, '--at', '5s stop kubelet')).toThrow('--at "5s stop kubelet": every node has a kubelet: say which, as kubelet/worker-3')
})
