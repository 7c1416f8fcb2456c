import type { ClusterView } from '../stores/cluster-view.ts'
import { count } from '../stores/format.ts'
import { isControlPlane, isLost } from '../stores/node-status.ts'
import { podStatus, type PodState } from '../stores/pod-status.ts'
import { isSystem } from '../stores/rows.ts'

type Seen = Pick<ClusterView['objects'], 'pods' | 'nodes'> & Pick<ClusterView, 'machines'>

/** What there is to say of a cluster when nothing has happened before our eyes: it has just started, or was opened from a link. */
export function calmSentence({ pods, nodes, machines }: Seen): string {
  const states = [...pods.values()].filter((pod) => !isSystem(pod)).map((pod) => podStatus(pod, isLost(nodes.get(pod.spec.nodeName ?? ''))).state)
  // Whoever writes a Node has made no machine.
  const workers = [...nodes.values()].flatMap((node) => {
    const machine = machines.get(node.metadata.name)
    return machine && !isControlPlane(node) ? [{ ...machine, isLost: isLost(node) }] : []
  })
  const off = workers.filter(({ power }) => power === 'off')
  const cutOff = workers.filter(({ power, network }) => power === 'on' && network === 'cutOff')
  // Who went a moment ago is Ready to the API server, and so are its pods.
  const isOld = [...off, ...cutOff].some((machine) => !machine.isLost)
  const machinesText = textOf(workers.length, [[off.length, 'powered off'], [cutOff.length, 'cut off'], [workers.filter((machine) => machine.isLost).length, 'not heard of']])
  return `${machinesText}; ${podsText(states, isOld)}. Do to them what you like: undo is a key away.`
}

/** The first trouble that any machine is in. */
function textOf(all: number, troubles: readonly (readonly [number, string])[]): string {
  if (all === 0) return 'Only the control plane runs'
  const [some, trouble] = troubles.find(([machines]) => machines > 0) ?? [0, '']
  return some > 0 ? `${some} of ${count(all, 'machine')} ${some === 1 ? 'is' : 'are'} ${trouble}` : `${count(all, 'machine')} ${all === 1 ? 'runs' : 'run'}`
}

function podsText(states: readonly PodState[], isOld: boolean): string {
  const of = (...wanted: readonly PodState[]) => states.filter((state) => wanted.includes(state)).length
  const ready = of('ready')
  const verb = isOld ? (ready === 1 ? 'still looks' : 'still look') : ready === 1 ? 'is' : 'are'
  if (states.length === 0) return 'no pod of yours yet'
  if (ready === states.length) return ready === 1 ? `the only pod ${verb} ready` : `all ${ready} pods ${verb} ready`
  const bad = of('bad', 'failed')
  return `${ready} of ${count(states.length, 'pod')} ${verb} ready${bad > 0 ? `, ${bad} ${bad === 1 ? 'is' : 'are'} in trouble` : ''}`
}
