import { expect, test } from 'vitest'
import type { Container, Secret } from '../api/generated/types.ts'
import { must } from '../api/status.ts'
import { createNodeDisk } from '../runtime/node-disk.ts'
import { defaultKubeletFlags, type KubeletFlags } from './flags.ts'
import { credentialsFor } from './registry-credentials.ts'
import { createTestNode, type TestNode } from './testing.ts'

const login = (username: string) => btoa(JSON.stringify({ auths: { 'https://index.docker.io/v1/': { username, password: 'p' } } }))

function nodeWith(flags: Partial<KubeletFlags> = {}, disk = createNodeDisk()): TestNode {
  const node = createTestNode({ flags: { ...defaultKubeletFlags, ...flags }, disk })
  node.cluster.advanceTo(2_000)
  return node
}

function addSecret(node: TestNode, name: string, username = name): void {
  must(node.cluster.client.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': login(username) } } as never))
}

function run(node: TestNode, name: string, secret?: string, imagePullPolicy = 'IfNotPresent'): readonly string[] {
  node.run(name, { containers: [{ name: 'app', image: 'nginx:1.27', imagePullPolicy } as Container], ...(secret !== undefined && { imagePullSecrets: [{ name: secret }] }) })
  node.cluster.advanceTo(node.cluster.timeline.now + 15_000)
  return node.events(name).slice(0, 2)
}

const pulls = ['Pulling', 'Pulled']
const uses = ['Pulled', 'Created']

test('who has the secret that an image was pulled with may use it, also under another name, and who has none pulls', () => {
  const node = nodeWith()
  addSecret(node, 'team')
  addSecret(node, 'copy', 'team')
  addSecret(node, 'other')
  expect(run(node, 'first', 'team')).toEqual(pulls)
  expect(run(node, 'same', 'team')).toEqual(uses)
  expect(run(node, 'copied', 'copy')).toEqual(uses)
  expect(run(node, 'foreign', 'other')).toEqual(pulls)
  // Its pull has shown that these are good, too.
  expect(run(node, 'foreign-again', 'other')).toEqual(uses)
  expect(run(node, 'nobody')).toEqual(pulls)
  // Now it was pulled without any.
  expect(run(node, 'anybody')).toEqual(uses)
})

test('a secret that was changed is still the secret that the image was pulled with', () => {
  const node = nodeWith()
  addSecret(node, 'team')
  run(node, 'first', 'team')
  const secret = must(node.cluster.client.get('secrets', 'default/team'))
  must(node.cluster.client.update('secrets', { ...secret, data: { '.dockerconfigjson': login('newcomer') } }))
  expect(run(node, 'second', 'team')).toEqual(uses)
})

test('with the policy Never a pod without the credentials is told that the image is not there', () => {
  const node = nodeWith()
  addSecret(node, 'team')
  run(node, 'first', 'team')
  expect(run(node, 'second', undefined, 'Never')).toEqual(['ErrImageNeverPull', 'Failed'])
  expect(node.pod('second')?.status.containerStatuses?.[0]?.state?.waiting?.message).toBe('Container image "nginx:1.27" is not present with pull policy of Never')
})

test('what was pulled with which secret outlives the kubelet', () => {
  const node = nodeWith()
  addSecret(node, 'team')
  run(node, 'first', 'team')
  node.stopKubelet()
  const again = createTestNode({ cluster: node.cluster, disk: node.disk, runtime: node.runtime })
  expect(run(again, 'second')).toEqual(pulls)
  expect(node.disk.pullRecords.size).toBe(1)
})

const preloaded = () => createNodeDisk([{ name: 'docker.io/library/nginx:1.27', digest: 'sha256:1', sizeBytes: 1 }])

test.each<[string, string, readonly string[]]>([
  ['NeverVerifyPreloadedImages', '', uses],
  ['AlwaysVerify', '', pulls],
  ['NeverVerifyAllowlistedImages', '', pulls],
  ['NeverVerifyAllowlistedImages', 'quay.io/a,docker.io/library/nginx', uses],
  ['NeverVerifyAllowlistedImages', 'docker.io/library/*', uses],
])('of an image that was there before the kubelet, %s (%s) has the pod do: %j', (imagePullCredentialsVerificationPolicy, preloadedImagesVerificationAllowlist, events) => {
  expect(run(nodeWith({ imagePullCredentialsVerificationPolicy, preloadedImagesVerificationAllowlist }, preloaded()), 'web')).toEqual(events)
})

test('NeverVerify lets everybody use what was pulled with a secret', () => {
  const node = nodeWith({ imagePullCredentialsVerificationPolicy: 'NeverVerify' })
  addSecret(node, 'team')
  run(node, 'first', 'team')
  expect(run(node, 'second')).toEqual(uses)
})

const secretWith = (...locations: string[]) => ({ metadata: { uid: 'u', namespace: 'default', name: 'reg' }, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': btoa(JSON.stringify({ auths: Object.fromEntries(locations.map((location) => [location, { auth: btoa(`${location}:p`) }])) })) } }) as unknown as Secret

test.each<[string, string, number]>([
  ['quay.io', 'quay.io/team/app', 1],
  ['https://quay.io/v2/', 'quay.io/team/app', 1],
  ['quay.io/team', 'quay.io/team/app', 1],
  ['quay.io/team', 'quay.io/other/app', 0],
  ['*.example.com', 'eu.example.com/app', 1],
  ['*.example.com', 'example.com/app', 0],
  ['reg*.e?ample.com', 'registry.example.com/app', 1],
  ['reg*y*.example.com', 'register.example.com/app', 0],
  // As an expression with a star for each letter this would be tried for ever.
  [`${'*a'.repeat(30)}b.example.com`, `${'a'.repeat(60)}.example.com/app`, 0],
  ['example.com:5000', 'example.com:5000/app', 1],
  ['example.com', 'example.com:5000/app', 0],
  ['https://index.docker.io/v1/', 'docker.io/library/nginx', 1],
  ['index.docker.io', 'quay.io/app', 0],
])('credentials for %s are asked about %s: %i', (location, repository, count) => {
  expect(credentialsFor(repository, [secretWith(location)])).toMatchObject({ ok: true, matching: Array.from({ length: count }, () => ({ name: 'reg' })) })
})

const secretOf = (type: string, key: string, text: string) => ({ metadata: { uid: 'u', namespace: 'default', name: 'reg' }, type: `kubernetes.io/${type}`, data: { [key]: btoa(text) } }) as unknown as Secret

test.each([
  ['{"auths', 'unexpected end of JSON input'],
  ['[]', 'json: cannot unmarshal array into Go value of type credentialprovider.DockerConfigJSON'],
  ['{"auths":"quay.io"}', 'json: cannot unmarshal string into Go struct field DockerConfigJSON.auths of type credentialprovider.DockerConfig'],
  ['{"auths":{"quay.io":true}}', 'json: cannot unmarshal bool into Go value of type credentialprovider.dockerConfigEntryWithAuth'],
  ['{"auths":{"quay.io":{"username":7}}}', 'json: cannot unmarshal number into Go struct field dockerConfigEntryWithAuth.username of type string'],
  ['{"auths":{"quay.io":{"auth":"a-b"}}}', 'illegal base64 data at input byte 1'],
  ['{"auths":{"quay.io":{"auth":"dXNlcg=="}}}', 'unable to parse auth field, must be formatted as base64(username:password)'],
])('of a docker configuration %s Go says: %s', (text, error) => {
  expect(credentialsFor('quay.io/app', [secretWith('quay.io'), secretOf('dockerconfigjson', '.dockerconfigjson', text)])).toEqual({ ok: false, error })
})

test('null, an auth without padding, other types of secrets and empty ones are no fault', () => {
  const fine = [secretOf('dockerconfigjson', '.dockerconfigjson', 'null'), secretOf('dockercfg', '.dockercfg', '{"quay.io":{"auth":"dXNlcjpwYXNz"}}'), secretOf('basic-auth', '.dockercfg', 'nonsense'), secretOf('dockercfg', '.dockercfg', '')]
  expect(credentialsFor('quay.io/app', fine)).toMatchObject({ ok: true, matching: [{}] })
  expect(credentialsFor('quay.io/app', [secretOf('dockercfg', '.dockercfg', '{"quay.io":{"auth":"dXM6cGFzcw"}}')])).toMatchObject({ ok: true, matching: [{}] })
})

test('a pod whose credentials cannot be read says so and pulls nothing, but uses what everybody may', () => {
  const node = nodeWith()
  const data = { '.dockerconfigjson': btoa('{"auths":{"quay.io":{"auth":"?"}}}') }
  must(node.cluster.client.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bad', namespace: 'default' }, type: 'kubernetes.io/dockerconfigjson', data } as never))
  addSecret(node, 'team')
  const error = 'illegal base64 data at input byte 0'
  const waiting = (name: string) => node.pod(name)?.status.containerStatuses?.[0]?.state?.waiting
  expect(run(node, 'absent', 'bad')).toEqual(['Failed'])
  expect(waiting('absent')).toEqual({ reason: error, message: error })
  expect(run(node, 'first', 'team')).toEqual(pulls)
  expect(run(node, 'present', 'bad', 'Never')).toEqual(['Failed'])
  expect(waiting('present')).toEqual({ reason: error, message: error })
  expect(run(node, 'nobody')).toEqual(pulls)
  expect(run(node, 'anybody', 'bad')).toEqual(uses)
})
