import { defaultKubeletFlags, kubeletConstants } from '../../src/sim/kubelet/flags.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'

/** The kubelet's settings and constants that the simulation has. */
export const timers: GoldenSet = {
  name: 'nodes/timers',
  applicable: ({ in: input }) => valueOf(input) !== undefined,
  run: ({ in: input, out }) => {
    const { renewIntervalMs, bytes: _, ...rest } = out
    const value = valueOf(input)
    if (renewIntervalMs !== undefined) return partialDifference(renewIntervalMs, (defaultKubeletFlags.nodeLeaseDurationSeconds * 1000) / kubeletConstants.leaseRenewFraction)
    return partialDifference(rest, { ms: value, value })
  },
}

const constants: Readonly<Record<string, unknown>> = {
  genericPlegRelistPeriod: kubeletConstants.relistPeriod,
  backOffPeriod: kubeletConstants.syncErrorBackOff,
  'container back-off initial': kubeletConstants.containerBackOffInitial,
  MaxContainerBackOff: defaultKubeletFlags.maxContainerRestartPeriod,
  'container back-off expiry': kubeletConstants.containerBackOffReset,
  imageBackOffPeriod: kubeletConstants.imageBackOffInitial,
  MaxImageBackOff: kubeletConstants.imageBackOffMax,
  'image back-off expiry': 2 * kubeletConstants.imageBackOffMax,
  nodeLeaseRenewIntervalFraction: 1 / kubeletConstants.leaseRenewFraction,
  syncPeriod: kubeletConstants.statusSyncPeriod,
  minimumGracePeriodInSeconds: kubeletConstants.minimumStopGraceSeconds,
  MaxNamesPerImageInNodeStatus: kubeletConstants.maxNamesPerImage,
  maxBackoff: kubeletConstants.leaseEnsureBackOffMax,
  'evictionHard memory.available': evictionOf('memory.available'),
  'evictionHard nodefs.available': evictionOf('nodefs.available'),
  'evictionHard nodefs.inodesFree': evictionOf('nodefs.inodesFree'),
  'evictionHard imagefs.available': evictionOf('imagefs.available'),
}

function evictionOf(signal: string): string | undefined {
  return defaultKubeletFlags.evictionHard.split(',').find((part) => part.startsWith(`${signal}<`))?.slice(signal.length + 1)
}

function valueOf({ component, field, constant }: GoldenCase['in']): unknown {
  if (!String(component).startsWith('kubelet')) return undefined
  if (field === 'crashLoopBackOff.maxContainerRestartPeriod') return defaultKubeletFlags.maxContainerRestartPeriod
  return field === undefined ? constants[constant] : (defaultKubeletFlags as unknown as Record<string, unknown>)[field]
}
