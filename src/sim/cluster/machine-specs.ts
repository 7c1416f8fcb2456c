import type { Pod } from '../api/generated/types.ts'
import { defaultKubeletFlags } from '../kubelet/flags.ts'
import { createImageCatalogue, createRegistry, digestOf, entryOf, type ImageCatalogue, type Registry } from '../runtime/image-catalogue.ts'
import { canonicalImage } from '../runtime/image-reference.ts'
import type { CachedImage } from '../runtime/node-disk.ts'
import { popularImages } from '../runtime/popular-images.ts'
import type { Processes } from '../runtime/process-host.ts'
import { flagTexts, flagsOver } from './flags.ts'
import { Machine, type MachineSpec } from './machine.ts'
import { images, staticPods } from './manifests.ts'
import type { ClusterOptions } from './run.ts'
import type { World } from './world.ts'

const controlPlaneTaint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' } as const

/** The machines of a cluster: one for the control plane, and the workers, dealt to the zones in turn. */
export function machinesOf(world: World, options: ClusterOptions, processes: Processes, registryFor: (node: string, registry: Registry) => Registry): Machine[] {
  const catalogue = createImageCatalogue(popularImages)
  const registry = createRegistry(catalogue)
  const zones = options.zones ?? 1
  const kubeletFlags = flagsOver('kubelet', defaultKubeletFlags, flagTexts(options, 'kubelet'))
  const { cpu = '4', memory = '8Gi', pods = 110, ephemeralStorage } = options.node ?? {}
  const specOf = (name: string, index: number, controlPlane: boolean): MachineSpec => ({
    name,
    controlPlane,
    cpu,
    memory,
    pods,
    ...(ephemeralStorage !== undefined && { ephemeralStorage }),
    ip: `192.168.${Math.floor(index / 240)}.${10 + (index % 240)}`,
    zone: `zone-${zoneLetters[controlPlane ? 0 : (index - 1) % zones]}`,
    labels: controlPlane ? { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {},
    taints: controlPlane ? [controlPlaneTaint] : [],
  })
  const controlPlane = new Machine(world, specOf('control-plane-1', 0, true), { processes, catalogue, registry: registryFor('control-plane-1', registry), kubeletFlags, preloaded: cached(catalogue, Object.values(images)) }, staticPods((component) => flagTexts(options, component)) as unknown as Pod[])
  const workers = Array.from({ length: options.workers ?? 3 }, (_, index) => new Machine(world, specOf(`worker-${index + 1}`, index + 1, false), { processes, catalogue, registry: registryFor(`worker-${index + 1}`, registry), kubeletFlags, preloaded: cached(catalogue, [images['kube-proxy'], images.pause]) }, []))
  return [controlPlane, ...workers]
}

const zoneLetters = 'abcdefghijklmnopqrstuvwxyz'

/** Images that were pulled when the machine was set up (`kubeadm config images pull`). */
function cached(catalogue: ImageCatalogue, names: readonly string[]): CachedImage[] {
  return names.map(canonicalImage).map((name) => ({ name, digest: digestOf(name), sizeBytes: entryOf(catalogue, name)?.sizeBytes ?? 0, ...(name === canonicalImage(images.pause) && { pinned: true }) }))
}
