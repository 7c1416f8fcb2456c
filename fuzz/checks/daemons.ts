import type { DaemonSet, Pod } from '../../src/sim/api/generated/types.ts'
import { controllerOf, keyOf } from '../../src/sim/api/objects.ts'
import type { Check, Scene, Write } from './check.ts'

/** Row 84, when a pod is made: a DaemonSet has one pod that counts for each node, and one more only where it may surge. */
export class Daemons implements Check {
  constructor(private readonly scene: Scene) {}

  committed({ before, after }: Write): void {
    if (after?.kind !== 'Pod' || before) return
    const owner = controllerOf(after)
    if (owner?.kind !== 'DaemonSet') return
    const set = this.scene.byUid.get(owner.uid) as DaemonSet | undefined
    if (!set) return
    const target = targetOf(after as Pod)
    const others = [...this.scene.all<Pod>('Pod').values()].filter((pod) => controllerOf(pod)?.uid === owner.uid && targetOf(pod) === target && !pod.metadata.deletionTimestamp && pod.status.phase !== 'Failed' && pod.status.phase !== 'Succeeded')
    const surges = set.spec.updateStrategy?.type === 'RollingUpdate' && ![undefined, 0, '0', '0%'].includes(set.spec.updateStrategy.rollingUpdate?.maxSurge)
    if (others.length > (surges ? 1 : 0) && !this.scene.areControllersBlurred) this.scene.fail(84, `DaemonSet ${keyOf(set)} makes pod ${others.length + 1} for ${target}`)
  }
}

/** The node that a daemon pod is made for. */
function targetOf({ spec }: Pod): string | undefined {
  return spec.nodeName ?? spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0]
}
