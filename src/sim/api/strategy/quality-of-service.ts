// Upstream: pkg/apis/core/v1/helper/qos (v1.36).
import type { PodSpec } from '../generated/types.ts'

type Amounts = Readonly<Record<string, string>>

/** Guaranteed when every container's cpu and memory requests equal its limits, BestEffort when nobody asks for any, else Burstable. */
export function qualityOfService(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = spec.resources ? [spec.resources] : [...spec.containers ?? [], ...(spec.initContainers ?? [])].map((container) => container.resources ?? {})
  let asked = false
  let guaranteed = true
  for (const { requests = {}, limits = {} } of containers) {
    if (computeNames.some((name) => isPositive(requests, name) || isPositive(limits, name))) asked = true
    if (!computeNames.every((name) => isPositive(limits, name) && (requests[name] ?? limits[name]) === limits[name])) guaranteed = false
  }
  return !asked ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable'
}

const computeNames = ['cpu', 'memory']

function isPositive(amounts: Amounts, name: string): boolean {
  const amount = amounts[name]
  return amount !== undefined && /[1-9]/.test(amount) && !amount.startsWith('-')
}
