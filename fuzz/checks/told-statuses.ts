import type { Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf, type Uid } from '../../src/sim/api/objects.ts'
import type { Check, Scene } from './check.ts'

/** The kubelet's syncPeriod of statuses is 10 s: what could not be written is written by then. */
const patience = 12_000
/** A worker looks again after a minute, half as long again with its jitter, at the latest; what holds it up is over by then. */
const lookAgain = 95_000
const lookPeriod = 2000

/** Rows 66 and 68: what a kubelet that reaches the API knows of its containers, the API knows; and what is deleted goes when its time is up. */
export class ToldStatuses implements Check {
  private nextLook = 0
  /** When the API was last looked at and could not write. */
  private lastDown = 0
  /** Since when the API has not been told what the kubelet says. */
  private readonly untold = new Map<Uid, { readonly since: number; readonly local: string }>()

  constructor(private readonly scene: Scene) {}

  afterEvent(): void {
    const { now, cluster } = this.scene
    if (now < this.nextLook) return
    this.nextLook = now + lookPeriod
    if (!cluster.store.serving || !cluster.apiServer?.running) {
      this.lastDown = now
      return this.untold.clear()
    }
    for (const [key, pod] of this.scene.all<Pod>('Pod')) {
      const node = pod.spec.nodeName
      if (node === undefined) continue
      const clear = Math.max(this.lastDown, this.scene.sight.clearSince(`kubelet/${node}`))
      const machine = cluster.machines.get(node)
      if (!machine?.isOn || clear > now) this.untold.delete(pod.metadata.uid)
      else {
        this.told(pod, machine.kubelet?.localPod(key))
        this.ended(pod, clear)
      }
    }
    this.mirrors()
  }

  /** 66. */
  private told(pod: Pod, local: Pod | undefined): void {
    const { uid } = pod.metadata
    const text = local && local.metadata.uid === uid ? essenceOf(local) : null
    const known = this.untold.get(uid)
    if (text === null || text === essenceOf(pod)) this.untold.delete(uid)
    else if (known?.local !== text) this.untold.set(uid, { since: this.scene.now, local: text })
    else if (this.scene.now - known.since > patience) this.scene.fail(66, `pod ${keyOf(pod)}: its kubelet says ${text} for ${this.scene.now - known.since} ms, the API ${essenceOf(pod)}`)
  }

  /** 68: a pod that is being deleted goes when its grace is over, unless somebody holds it. */
  private ended({ metadata, spec, ...pod }: Pod, clear: number): void {
    if (metadata.deletionTimestamp === undefined || metadata.finalizers?.length) return
    const { now, cluster, wallNow } = this.scene
    const due = Math.max(now - (wallNow - Date.parse(metadata.deletionTimestamp)), clear) + (spec.terminationGracePeriodSeconds ?? 30) * 1000 + lookAgain
    if (now <= due) return
    // A runtime that stands still ends nothing.
    const isHeldUp = cluster.commands.some(({ at, command }) => 'fault' in command && command.fault !== undefined && 'node' in command.fault && command.fault.node === spec.nodeName && at + ('for' in command ? (command.for ?? 0) : 0) > now - lookAgain)
    if (!isHeldUp) this.scene.fail(68, `pod ${keyOf({ metadata, spec, ...pod } as Pod)} was to be gone ${now - due + lookAgain} ms ago`)
  }

  /** 68: a static pod whose file is gone shows no longer. */
  private mirrors(): void {
    const { now, cluster, sight } = this.scene
    for (const component of ['kube-controller-manager', 'kube-scheduler'] as const) {
      const last = cluster.commands.findLast(({ command }) => (command.kind === 'stop' || command.kind === 'start') && command.component === component)
      if (last?.command.kind !== 'stop') continue
      const mirror = this.scene.all<Pod>('Pod').get(`kube-system/${component}-control-plane-1`)
      if (mirror && now - Math.max(last.at, this.lastDown, sight.clearSince('kubelet/control-plane-1')) > lookAgain) this.scene.fail(68, `pod ${keyOf(mirror)} is shown ${now - last.at} ms after its file was taken away`)
    }
  }
}

/** What a kubelet says of the containers, without times. */
function essenceOf({ status }: Pod): string {
  return JSON.stringify((status.containerStatuses ?? []).map(({ name, restartCount, ready, state }) => [name, restartCount, ready, Object.keys(state ?? {}), state?.waiting?.reason]))
}
