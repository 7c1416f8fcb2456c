import type { Node, Taint } from '../../api/generated/types.ts'
import type { ComponentContext } from '../../client/component.ts'

export const unreachableTaint = 'node.kubernetes.io/unreachable'
export const notReadyTaint = 'node.kubernetes.io/not-ready'
const unschedulableTaint = 'node.kubernetes.io/unschedulable'

type Effect = Taint['effect']
/** A taint without its time: key and effect make it the same taint. */
export type TaintKey = Pick<Taint, 'key' | 'effect'>

const taintByCondition: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReadyTaint, Unknown: unreachableTaint },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
}
const conditionTaints: ReadonlySet<string> = new Set([unschedulableTaint, ...Object.values(taintByCondition).flatMap((byStatus) => Object.values(byStatus))])

/** The difference between the taints a node has and those it should have. */
export interface TaintPlan {
  readonly add: readonly TaintKey[]
  readonly remove: readonly TaintKey[]
}

/** TaintNodesByCondition: the NoSchedule taints of a node mirror its conditions and spec.unschedulable. */
export function planNoScheduleTaints({ spec, status }: Node): TaintPlan {
  const wanted: string[] = []
  for (const { type, status: value } of status.conditions ?? []) {
    const key = Object.hasOwn(taintByCondition, type) ? taintByCondition[type]?.[value] : undefined
    if (key !== undefined) wanted.push(key)
  }
  if (spec.unschedulable) wanted.push(unschedulableTaint)
  const present = (spec.taints ?? []).filter(({ key, effect }) => effect === 'NoSchedule' && conditionTaints.has(key))
  return {
    add: wanted.filter((key) => !present.some((taint) => taint.key === key)).map((key) => ({ key, effect: 'NoSchedule' })),
    remove: present.filter(({ key }) => !wanted.includes(key)),
  }
}

export function hasTaint({ spec }: Node, key: string, effect: Effect): boolean {
  return spec.taints !== undefined && spec.taints.some((taint) => taint.key === key && taint.effect === effect)
}

/** Adds first and removes then, as two writes; false when a write failed for good. */
export function swapTaints(context: ComponentContext, node: string, { add, remove }: TaintPlan): boolean {
  const timeAdded = context.wall.time()
  const isAdded = add.length === 0 || writeTaints(context, node, (taints) => withTaints(taints, add.map((taint) => ({ ...taint, timeAdded }))))
  return isAdded && (remove.length === 0 || writeTaints(context, node, (taints) => withoutTaints(taints, remove)))
}

function withTaints(taints: readonly Taint[], added: readonly Taint[]): readonly Taint[] {
  const replaced = taints.map((taint) => added.find((other) => isSame(other, taint)) ?? taint)
  return [...replaced, ...added.filter((taint) => !taints.some((other) => isSame(other, taint)))]
}

function withoutTaints(taints: readonly Taint[], removed: readonly TaintKey[]): readonly Taint[] {
  const left = taints.filter((taint) => !removed.some((other) => isSame(other, taint)))
  return left.length === taints.length ? taints : left
}

function isSame(a: TaintKey, b: TaintKey): boolean {
  return a.key === b.key && a.effect === b.effect
}

/** The list of taints is replaced as a whole: the resource version guards what others wrote into it. */
function writeTaints({ client }: ComponentContext, name: string, change: (taints: readonly Taint[]) => readonly Taint[]): boolean {
  for (let tries = 0; tries < 5; tries += 1) {
    const node = client.get('nodes', name)
    // A node that is gone needs no taint; after any other failure the next pass tries again.
    if (!node.ok) return node.status.reason === 'NotFound'
    const { spec, metadata } = node.value
    const taints = change(spec.taints ?? [])
    if (taints === spec.taints || (taints.length === 0 && !spec.taints)) return true
    const patched = client.patch('nodes', name, 'strategic', { metadata: { resourceVersion: metadata.resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } })
    if (patched.ok) return true
    if (patched.status.reason !== 'Conflict') return false
  }
  return false
}
