import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Deployment, Event, Pod } from '../sim/api/generated/types.ts'
import type { KubernetesObject } from '../sim/api/objects.ts'
import { podStatusWord } from '../sim/api/pod-status-word.ts'
import { parseArguments } from './arguments.ts'
import { runScenario } from './run-scenario.ts'

// Manifests that other projects publish, unchanged: from MANIFESTS, by default the folder beside the project.
const folder = process.env['MANIFESTS'] ?? fileURLToPath(new URL('../../../shared/manifests', import.meta.url))
const here = existsSync(folder)
if (!here) console.warn(`no manifests in ${folder}: the tests with real manifests are skipped (set MANIFESTS)`)

interface Seen {
  readonly objects: readonly KubernetesObject[]
  readonly events: readonly Event[]
  readonly pods: readonly Pod[]
  readonly deployments: readonly Deployment[]
}

function play(...words: string[]): Seen {
  const { objects, events } = JSON.parse(runScenario(parseArguments([...words, '-o', 'json']), () => undefined).output) as Seen
  const own = objects.filter(({ metadata }) => metadata.namespace === 'default')
  return { objects: own, events, pods: own.filter(({ kind }) => kind === 'Pod') as Pod[], deployments: own.filter(({ kind }) => kind === 'Deployment') as Deployment[] }
}

const isReady = ({ status }: Pod) => status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true
const isAvailable = ({ spec, status }: Deployment) => status.availableReplicas === spec.replicas
const messagesAbout = ({ events }: Seen, name: string) => events.filter(({ involvedObject }) => involvedObject.name === name).map(({ message }) => message ?? '').join('\n')

/** What the files of one feature each come to after five minutes, where it is not simply that all their pods are Ready. */
const fates: Readonly<Record<string, (seen: Seen) => void>> = {
  'broken-Pod_broken-pods_bad-command.yaml': (seen) => {
    expect(podStatusWord(seen.pods[0]!)).toMatch(/CrashLoopBackOff|RunContainerError/)
    expect(messagesAbout(seen, 'broken-pods-bad-command-pod')).toContain('exec: "thiscommanddoesnotexist": executable file not found in $PATH')
  },
  'broken-Pod_broken-pods_misused-command.yaml': ({ pods }) => {
    expect(podStatusWord(pods[0]!)).toBe('CrashLoopBackOff')
    expect(pods[0]!.status.containerStatuses![0]!.lastState!.terminated).toMatchObject({ exitCode: 2, reason: 'Error' })
  },
  'broken-Pod_broken-pods_oom-killed.yaml': ({ pods }) => {
    expect(pods[0]!.status.containerStatuses![0]!.lastState!.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
    expect(podStatusWord(pods[0]!)).toMatch(/CrashLoopBackOff|OOMKilled/)
  },
  'broken-Pod_spec.containers.livenessProbe_liveness.yaml': (seen) => {
    expect(seen.pods[0]!.status.containerStatuses![0]!.restartCount).toBeGreaterThan(2)
    expect(messagesAbout(seen, 'broken-liveness-pod')).toMatch(/Liveness probe failed: cat: can't open '\/tmp\/healthy': No such file or directory[^]*|Container broken-liveness-container failed liveness probe, will be restarted/)
  },
  'broken-Secret_simple-secret.yaml': (seen) => {
    expect(podStatusWord(seen.pods[0]!)).toBe('ContainerCreating')
    expect(messagesAbout(seen, 'secrets-simple-secret-pod')).toContain('MountVolume.SetUp failed for volume "secrets-simple-secret-volume" : secret "secrets-simple-secret-secret-doesnotexist" not found')
  },
  'Pod_spec.containers.volumes.projected_projected.yaml': ({ pods }) => expect(podStatusWord(pods[0]!)).toBe('ContainerCreating'),
  'Pod_spec.containers.resources_resource-request.yaml': (seen) => {
    expect(podStatusWord(seen.pods[0]!)).toBe('Pending')
    expect(messagesAbout(seen, 'resource-request-pod')).toMatch(/^0\/4 nodes are available: 1 node\(s\) had untolerated taint\(s\), 3 Insufficient cpu, 3 Insufficient memory\./)
  },
  // Ready for thirty seconds only, as its command says.
  'Pod_spec.containers.readinessProbe_readiness.yaml': ({ pods }) => expect([podStatusWord(pods[0]!), isReady(pods[0]!)]).toEqual(['Running', false]),
  // It waits for a Service that another file of its project has.
  'Pod_spec.initContainers_init-container.yaml': ({ pods }) => expect(podStatusWord(pods[0]!)).toBe('Init:0/1'),
  'Endpoints_endpoint-slice.yaml': ({ objects }) => expect(objects.some(({ kind, metadata }) => kind === 'EndpointSlice' && metadata.name === 'endpoint-slices')).toBe(true),
  'Service_spec.ports.nodePort_node-port.yaml': ({ objects }) => expect(objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'service-node-port-service')).toMatchObject({ spec: { ports: [{ nodePort: 30007 }] } }),
  'DaemonSet_simple-daemon-set.yaml': ({ pods }) => expect(pods.map(isReady)).toEqual([true, true, true]),
}

/** Kinds that are not there yet, by the first file that has them. */
const unknownKinds = ['Ingress', 'Job', 'NetworkPolicy', 'PersistentVolumeClaim', 'PodDisruptionBudget', 'PersistentVolume', 'StatefulSet']

const files = here ? readdirSync(folder).filter((name) => statSync(`${folder}/${name}`).isDirectory()).flatMap((name) => readdirSync(`${folder}/${name}`).map((file) => `${name}/${file}`)) : []
const apps = ['voting-app', 'guestbook', 'online-boutique']

test.skipIf(!here).each(files.filter((file) => !apps.some((app) => file.startsWith(`${app}/`))))('%s is refused for a kind that is not there, or does what its project intends', (file) => {
  let seen: Seen
  try {
    seen = play(`${folder}/${file}`, '--until', '5m')
  } catch (error) {
    expect((error as Error).message).toMatch(/:\d+:\d+: no matches for kind "\w+" in version "[\w./]+"/)
    const [, kind = '', version = ''] = /no matches for kind "(\w+)" in version "([\w./]+)"/.exec((error as Error).message) ?? []
    expect(version === 'v1beta1' || unknownKinds.includes(kind), `${kind} ${version}`).toBe(true)
    return
  }
  const fate = fates[file.slice(file.indexOf('/') + 1)]
  if (fate) return fate(seen)
  expect(seen.pods.map((pod) => `${pod.metadata.name} ${isReady(pod) ? 'Ready' : podStatusWord(pod)}`)).toEqual(seen.pods.map(({ metadata }) => `${metadata.name} Ready`))
  expect(seen.deployments.every(isAvailable)).toBe(true)
})

test.skipIf(!here).each(apps.flatMap((app) => [1, 2, 3].map((node) => [app, `worker-${node}`])))('%s comes up Ready and heals when %s loses its power', (app, node) => {
  const up = play(`${folder}/${app}`, '--nodes', '4', '--zones', '2', '--until', '4m')
  expect(up.deployments.length).toBeGreaterThan(2)
  expect(up.pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name)).toEqual([])
  const healed = play(`${folder}/${app}`, '--nodes', '4', '--zones', '2', '--at', `4m power-off ${node}`, '--until', '12m')
  expect(healed.deployments.filter((deployment) => !isAvailable(deployment)).map(({ metadata }) => metadata.name)).toEqual([])
  expect(healed.pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && pod.spec.nodeName === node)).toEqual([])
})
