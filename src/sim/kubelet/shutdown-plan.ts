// Upstream: migrateConfig and groupByPriority in pkg/kubelet/nodeshutdown/nodeshutdown_manager.go (v1.36).
import type { Millis } from '../kernel/agenda.ts'
import type { PodSpec } from '../api/generated/types.ts'
import { parseDuration } from '../api/duration.ts'
import type { KubeletFlags } from './flags.ts'
import { systemCritical } from './pod-admission.ts'

/** Pods of this priority and above, up to that of the next group, are ended together and get so long. */
export interface ShutdownGroup {
  readonly priority: number
  readonly gracePeriod: Millis
}

type ShutdownFlags = Pick<KubeletFlags, 'shutdownGracePeriod' | 'shutdownGracePeriodCriticalPods' | 'shutdownGracePeriodByPodPriority'>

/** In which groups the pods of a machine that goes down are ended, lowest priority first; none: it goes down at once. */
export function shutdownGroups({ shutdownGracePeriod, shutdownGracePeriodCriticalPods, shutdownGracePeriodByPodPriority }: ShutdownFlags): readonly ShutdownGroup[] {
  if (shutdownGracePeriodByPodPriority !== '') return shutdownGracePeriodByPodPriority.split(',').map(groupOfText).sort((a, b) => a.priority - b.priority)
  const usual = shutdownGracePeriod - shutdownGracePeriodCriticalPods
  if (shutdownGracePeriod === 0 || usual < 0) return []
  return [{ priority: 0, gracePeriod: wholeSeconds(usual) }, { priority: systemCritical, gracePeriod: wholeSeconds(shutdownGracePeriodCriticalPods) }]
}

/** `10000=180s` */
function groupOfText(text: string): ShutdownGroup {
  const [priority = '', period = ''] = text.split('=')
  return { priority: Number(priority), gracePeriod: wholeSeconds(parseDuration(period) ?? Number(period) * 1000) }
}

function wholeSeconds(period: Millis): Millis {
  return Math.floor(period / 1000) * 1000
}

/** The group of a pod: that with the greatest priority not above its own; below the lowest, the lowest. */
export function shutdownGroupOf(groups: readonly ShutdownGroup[], priority: number): ShutdownGroup | undefined {
  return groups.findLast((group) => group.priority <= priority) ?? groups[0]
}

/** How many seconds a pod of a group gets: its own if they are fewer. */
export function shutdownGraceSeconds({ gracePeriod }: ShutdownGroup, { terminationGracePeriodSeconds }: Pick<PodSpec, 'terminationGracePeriodSeconds'>): number {
  return Math.min(gracePeriod / 1000, terminationGracePeriodSeconds)
}
