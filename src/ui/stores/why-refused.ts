import type { KubernetesObject } from '../../sim/api/objects.ts'
import { parseTime } from '../../sim/api/time.ts'
import type { WhyStep } from './why-words.ts'

interface Failing {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string; readonly lastTransitionTime?: string }[] }
}

/** Where a workload stands whose pods the API server does not take. */
export function refusedNow(object: KubernetesObject, start: number): readonly WhyStep[] {
  const failure = (object as Failing).status?.conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
  if (!failure) return []
  const at = (parseTime(failure.lastTransitionTime ?? '') ?? start) - start
  const { message = '' } = failure
  const [, quota, requested, used, limited] = /forbidden: exceeded quota: (\S+), requested: (\S+), used: (\S+), limited: (\S+)$/.exec(message) ?? []
  if (quota) return [{ at, who: 'now', what: `Quota ${quota} has no room for more of its pods`, detail: `The next takes ${requested}; ${used} of ${limited} is used.` }]
  return [{ at, who: 'now', what: 'The API server refuses its pods', detail: message || undefined }]
}
