import { must } from '../../src/sim/api/status.ts'
import { createNodeDisk } from '../../src/sim/runtime/node-disk.ts'
import { canonicalImage } from '../../src/sim/runtime/image-reference.ts'
import type { GoldenCase } from '../harness.ts'
import { actionOnPresent, defaultPolicyAmong } from './credentials-played.ts'
import { PlayedNode, type SeenEvent } from './played-node.ts'

/** Cases about when and whether a kubelet pulls, which only a kubelet can tell; undefined: of another form. */
export function imagesPlayed({ in: input, out }: GoldenCase): unknown {
  if (input.setImage && out.delayMs) return { delayMs: afterNewImage(input.setImage, out.delayMs) }
  if (input.inBackOff && input.imageAppears) return { action: whenImageAppears() }
  if (input.init?.runMs) return { mainPullingNotBeforeMs: mainPulledAfter(input.init.runMs) }
  if (input.kubeletRestarted) return { action: afterKubeletRestart() }
  if (Array.isArray(input.policies)) return { default: defaultPolicyAmong(input.policies) }
  if (input.preloaded || input.pulledWith !== undefined) return { action: actionOnPresent(input) }
  if (Array.isArray(input.usagePercent)) return collections(input.usagePercent)
  if (out.containerStatus?.imageID === '') return { containerStatus: beforeStart(input.image) }
  return undefined
}

function inBackOff(): PlayedNode {
  const world = new PlayedNode()
  world.run({ containers: [{ name: 'app', image: 'nginx:doesnotexist', imagePullPolicy: 'IfNotPresent' }] })
  world.until(() => world.sent('Pulling').length === 3)
  world.until(() => world.status()?.state?.waiting?.reason === 'ImagePullBackOff')
  return world
}

function afterNewImage(image: string, [least, most]: [number, number]): readonly number[] {
  const world = inBackOff()
  const { pod } = world
  if (!pod) return []
  const since = world.now
  must(world.cluster.client.update('pods', { ...pod, spec: { ...pod.spec, containers: pod.spec.containers.map((container) => ({ ...container, image })) } }))
  const pulling = () => world.sent('Pulling', since).find(({ message }) => message === `Pulling image "${image}"`)
  world.until(() => pulling() !== undefined)
  const delay = (pulling()?.at ?? Number.POSITIVE_INFINITY) - since
  return delay >= least && delay <= most ? [least, most] : [delay]
}

/** A kubelet that has just started knows of no back-off: what it does first about the image. */
function afterKubeletRestart(): string {
  const world = inBackOff()
  const since = world.now
  world.restartKubelet()
  const isToldOf = (event: SeenEvent) => event.reason === 'Pulling' || event.reason === 'BackOff'
  world.until(() => world.events.some((event) => event.at >= since && isToldOf(event)), 60_000)
  return world.events.find((event) => event.at >= since && isToldOf(event))?.reason === 'Pulling' ? 'pull' : 'back-off'
}

/** Another pod's pull has brought the image: the next sync starts the container without a pull of its own. */
function whenImageAppears(): string {
  const world = inBackOff()
  const name = canonicalImage('nginx:doesnotexist')
  world.disk.images.set(name, { name, digest: 'sha256:0', sizeBytes: 1000 })
  const pulls = world.sent('Pulling').length
  world.until(() => world.isRunning())
  return world.isRunning() && world.sent('Pulling').length === pulls ? 'use' : 'pull'
}

function mainPulledAfter(runMs: number): number {
  const world = new PlayedNode()
  world.run({ initContainers: [{ name: 'init', image: 'busybox:1.36', command: ['sleep', String(runMs / 1000)] }], containers: [{ name: 'app', image: 'plain:1' }] })
  world.until(() => world.sent('Pulling').some(({ fieldPath }) => fieldPath === 'spec.containers{app}'))
  const started = world.newest('init')?.startedAt ?? 0
  const pulled = (world.sent('Pulling').find(({ fieldPath }) => fieldPath === 'spec.containers{app}')?.at ?? 0) - started
  return pulled >= runMs ? runMs : pulled
}

/** Disks that images fill so far, of which each takes a hundredth: which of them are collected, and what is left then. */
function collections(usages: readonly number[]): unknown {
  const left = usages.map((usage) => {
    const images = Array.from({ length: usage }, (_, at) => ({ name: `docker.io/library/image${at}:1`, digest: `sha256:${at}`, sizeBytes: 1000 }))
    const world = new PlayedNode({ disk: createNodeDisk(images, 100_000) })
    world.until(() => world.disk.images.size < usage, 600_000)
    return world.disk.images.size
  })
  const collected = left.filter((size, at) => size < usages[at]!)
  return { collects: left.map((size, at) => size < usages[at]!), freesDownToPercent: Math.max(...collected) === Math.min(...collected) ? collected[0] : collected }
}

function beforeStart(image: string): unknown {
  const world = new PlayedNode()
  world.run({ containers: [{ name: 'app', image }] })
  world.until(() => world.status()?.state?.waiting !== undefined)
  return world.status()
}
