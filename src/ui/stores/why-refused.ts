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
  const [, quota, ...lists] = /forbidden: exceeded quota: (\S+), requested: (\S+), used: (\S+), limited: (\S+)$/.exec(message) ?? []
  const [requested, used, limited] = lists.map(amountsIn)
  if (quota && requested) {
    const short = [...requested].map(([name, amount]) => `${name}: ${used?.get(name) ?? '?'} of ${limited?.get(name) ?? '?'} used, ${amount} more asked for`)
    return [{ at, who: 'now', what: `Quota ${quota} has no room for more of its pods`, detail: `${short.join('; ')}.` }]
  }
  return [{ at, who: 'now', what: 'The API server refuses its pods', detail: message || undefined }]
}

/** `pods=1,requests.cpu=200m` */
function amountsIn(list: string): ReadonlyMap<string, string> {
  return new Map(list.split(',').map((part): [string, string] => [part.slice(0, part.lastIndexOf('=')), part.slice(part.lastIndexOf('=') + 1)]))
}
