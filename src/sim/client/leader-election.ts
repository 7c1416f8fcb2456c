// Upstream: k8s.io/client-go/tools/leaderelection (v0.36). Left out: release on cancel, coordinated election.
import type { Millis } from '../kernel/agenda.ts'
import type { Lease } from '../api/generated/types.ts'
import type { ComponentContext } from './component.ts'

/** --leader-elect-lease-duration, --leader-elect-renew-deadline, --leader-elect-retry-period. */
export const leaseDuration: Millis = 15_000
export const renewDeadline: Millis = 10_000
export const retryPeriod: Millis = 2_000

/** --leader-elect-resource-lock, --leader-elect-resource-namespace. */
export const lockResource = 'leases'
export const lockNamespace = 'kube-system'

interface Observed {
  readonly record: Lease['spec']
  readonly at: Millis
}

/** Runs `onStarted` once this process holds the lease, and `onStopped` when it has lost it; then the process should end. */
export function startLeaderElection({ agenda, wall, client, random, name }: ComponentContext, leaseName: string, onStarted: () => void, onStopped: () => void): void {
  const identity = `${name}_${random.uuid()}`
  const key = `${lockNamespace}/${leaseName}`
  let observed: Observed | undefined
  let leading = false
  let lastRenewal: Millis = 0

  const attempt = (): void => {
    const held = tryAcquireOrRenew()
    if (held && !leading) {
      leading = true
      onStarted()
    }
    if (held) lastRenewal = agenda.now
    else if (leading && agenda.now - lastRenewal >= renewDeadline) return onStopped()
    // Candidates draw their waiting time, so that they do not all come at once (JitterFactor 1.2).
    const wait = leading ? retryPeriod : retryPeriod + random.below((retryPeriod * 12) / 10 + 1)
    agenda.after(leading ? Math.min(wait, Math.max(lastRenewal + renewDeadline - agenda.now, 1)) : wait, `${name}: lease ${leaseName}`, attempt)
  }

  const tryAcquireOrRenew = (): boolean => {
    const found = client.get(lockResource, key)
    if (!found.ok) {
      if (found.status.reason !== 'NotFound') return false
      const spec = { holderIdentity: identity, leaseDurationSeconds: leaseDuration / 1000, acquireTime: wall.microTime(), renewTime: wall.microTime(), leaseTransitions: 0 }
      const made = client.create(lockResource, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: leaseName, namespace: lockNamespace }, spec })
      if (made.ok) observed = { record: made.value.spec, at: agenda.now }
      return made.ok
    }
    const { spec } = found.value
    if (!observed || observed.record.renewTime !== spec.renewTime || observed.record.holderIdentity !== spec.holderIdentity) observed = { record: spec, at: agenda.now }
    const mine = spec.holderIdentity === identity
    // How long ago it was renewed is measured by when we saw it: clocks of different machines disagree.
    if (!mine && spec.holderIdentity && observed.at + (spec.leaseDurationSeconds ?? 0) * 1000 > agenda.now) return false
    const next: Lease['spec'] = {
      ...spec,
      holderIdentity: identity,
      leaseDurationSeconds: leaseDuration / 1000,
      renewTime: wall.microTime(),
      ...(!mine && { acquireTime: wall.microTime(), leaseTransitions: (spec.leaseTransitions ?? 0) + 1 }),
    }
    const updated = client.update(lockResource, { ...found.value, spec: next })
    if (updated.ok) observed = { record: updated.value.spec, at: agenda.now }
    return updated.ok
  }

  attempt()
}
