import { parseDuration } from '../../src/sim/api/duration.ts'
import type { Pod } from '../../src/sim/api/generated/types.ts'
import { createTestCluster } from '../../src/sim/cluster/testing.ts'
import { defaultKubeletFlags, type KubeletFlags } from '../../src/sim/kubelet/flags.ts'
import { shutdownGroupOf, shutdownGroups } from '../../src/sim/kubelet/shutdown-plan.ts'
import type { GoldenCase } from '../harness.ts'
import { PlayedNode } from './played-node.ts'

interface ShutdownPod {
  readonly name: string
  readonly priority: number
  readonly graceSeconds: number
}

/** The machine goes down in an orderly way. */
export function shutdown({ in: input, out }: GoldenCase): unknown {
  if (input.priorities) return byPriority(input)
  if (input.pods) return inOrder(input, out)
  return input.shuttingDown ? latecomer() : statusAfter(input)
}

function worldOf(flags: Partial<KubeletFlags>): PlayedNode {
  // Priorities are said without classes.
  return new PlayedNode({ flags, cluster: createTestCluster({ disabledPlugins: ['ServiceAccount', 'Priority'] }) })
}

function flagsOf(input: GoldenCase['in']): Partial<KubeletFlags> {
  if (input.config) return { shutdownGracePeriodByPodPriority: input.config.map(({ priority, seconds }: { priority: number; seconds: number }) => `${priority}=${seconds}s`).join(',') }
  return { shutdownGracePeriod: parseDuration(input.shutdownGracePeriod) ?? 0, shutdownGracePeriodCriticalPods: parseDuration(input.shutdownGracePeriodCriticalPods) ?? 0 }
}

function byPriority(input: GoldenCase['in']): unknown {
  const groups = shutdownGroups({ ...defaultKubeletFlags, ...flagsOf(input) })
  return { groups: input.priorities.map((priority: number) => shutdownGroupOf(groups, priority)?.priority), order: groups.map(({ priority }) => priority) }
}

/** When each of the pods was told to end and how long it got; when the kubelet was done. */
function endings(input: GoldenCase['in'], image: string): { readonly told: ReadonlyMap<string, { readonly at: number; readonly seconds: number }>; readonly doneAt: number } {
  const world = worldOf(flagsOf(input))
  const pods: readonly ShutdownPod[] = input.pods
  for (const { name, priority, graceSeconds } of pods) world.run({ priority, terminationGracePeriodSeconds: graceSeconds, containers: [{ name: 'app', image }] }, name)
  world.advance(20_000)
  const told = new Map<string, { at: number; seconds: number }>()
  let doneAt = 0
  world.node.kubelet.shutDown(() => void (doneAt = world.now))
  world.until(() => {
    for (const { podName, containers } of world.node.runtime.sandboxes()) {
      const stopping = world.node.runtime.stoppingUntil(containers.at(-1)?.id ?? '')
      if (stopping && !told.has(podName)) told.set(podName, { at: stopping.since, seconds: Math.round((stopping.due - stopping.since) / 1000) })
    }
    return doneAt > 0
  })
  return { told, doneAt }
}

function inOrder(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  const flags = { ...defaultKubeletFlags, ...flagsOf(input) }
  const { told, doneAt } = endings(input, 'stubborn:1')
  const starts = [...new Set([...told.values()].map(({ at }) => at))].sort((a, b) => a - b)
  const groups = starts.map((at, index) => {
    const members = [...told].filter(([, pod]) => pod.at === at)
    const priority = (input.pods as readonly ShutdownPod[]).find(({ name }) => name === members[0]?.[0])?.priority ?? 0
    return { priority: shutdownGroupOf(shutdownGroups(flags), priority)?.priority, waitAtMostMs: (starts[index + 1] ?? doneAt) - at, pods: Object.fromEntries(members.map(([name, { seconds }]) => [name, seconds])) }
  })
  // Nobody waits for a group that has ended.
  const quick = endings(input, 'plain:1')
  const times = [...quick.told.values()].map(({ at }) => at)
  const goesOn = Math.max(...times) - Math.min(...times) < 5000
  return { groups, nextGroupStartsWhen: goesOn ? out.nextGroupStartsWhen : 'the time is up' }
}

function latecomer(): unknown {
  const world = worldOf({ shutdownGracePeriod: 30_000 })
  world.node.kubelet.shutDown(() => undefined)
  world.run({ containers: [{ name: 'app', image: 'plain:1' }] })
  world.advance(5000)
  return world.pod?.status
}

/** One that runs, and one that has ended well before. */
function statusAfter(input: GoldenCase['in']): unknown {
  const world = worldOf(flagsOf(input))
  world.run({ containers: [{ name: 'app', image: 'plain:1' }] })
  world.run({ restartPolicy: 'Never', containers: [{ name: 'app', image: 'busybox:1.36', command: ['true'] }] }, 'done')
  world.advance(20_000)
  world.node.kubelet.shutDown(() => undefined)
  world.advance(60_000)
  const { phase, reason, message, conditions } = world.pod?.status ?? ({} as Pod['status'])
  const done = world.node.pod('done')?.status.phase
  return { phase: `${phase} (${done} stays)`, reason, message, condition: conditions?.find(({ type }) => type === 'DisruptionTarget'), objectStays: world.pod !== undefined }
}
