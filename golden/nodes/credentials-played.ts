import type { Pod } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { defaultKubeletFlags } from '../../src/sim/kubelet/flags.ts'
import { credentialPolicies } from '../../src/sim/kubelet/pull-records.ts'
import { digestOf } from '../../src/sim/runtime/image-catalogue.ts'
import { createNodeDisk } from '../../src/sim/runtime/node-disk.ts'
import type { GoldenCase } from '../harness.ts'
import { PlayedNode } from './played-node.ts'

const image = 'docker.io/library/plain:1'

/** The policy that holds by default, if the kubelet knows all of these. */
export function defaultPolicyAmong(policies: readonly string[]): string {
  const unknown = policies.filter((policy) => !credentialPolicies.some((known) => known === policy))
  return unknown.length === 0 ? defaultKubeletFlags.imagePullCredentialsVerificationPolicy : `without ${unknown.join()}`
}

/** What a kubelet does for a pod about an image that is there: preloaded, or pulled for another pod with a secret or without one. */
export function actionOnPresent({ preloaded, pulledWith, pod, imagePullPolicy = 'IfNotPresent' }: GoldenCase['in']): string {
  const disk = createNodeDisk(preloaded ? [{ name: image, digest: digestOf(image), sizeBytes: 1000 }] : [])
  const world = new PlayedNode({ disk })
  if (!preloaded) {
    const [, namespace = 'default', secret] = /^secret (\S+)\/(\S+)$/.exec(pulledWith ?? '') ?? []
    run(world, 'first', namespace, secret, 'Always')
    world.advance(20_000)
  }
  const [namespace = 'default'] = /\bns\w*/.exec(pod) ?? []
  const since = world.now
  run(world, 'second', namespace, /with secret (\S+)/.exec(pod)?.[1], imagePullPolicy)
  world.until(() => world.sent('Pulling', since).length + world.sent('Pulled', since).length > 0, 60_000)
  return world.sent('Pulling', since).length > 0 ? 'pull' : 'use'
}

function run({ cluster: { client } }: PlayedNode, name: string, namespace: string, secret: string | undefined, imagePullPolicy: string): void {
  if (!client.get('namespaces', namespace).ok) must(client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } as Draft<'namespaces'>))
  if (secret !== undefined && !client.get('secrets', `${namespace}/${secret}`).ok) {
    const settings = { auths: { 'https://index.docker.io/v1/': { username: `${namespace}-${secret}`, password: 'p' } } }
    must(client.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret, namespace }, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': Buffer.from(JSON.stringify(settings)).toString('base64') } } as unknown as Draft<'secrets'>))
  }
  const spec = { nodeName: 'n1', containers: [{ name: 'app', image: 'plain:1', imagePullPolicy }], ...(secret !== undefined && { imagePullSecrets: [{ name: secret }] }) }
  must(client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec } as unknown as Draft<'pods'> & Pod))
}
