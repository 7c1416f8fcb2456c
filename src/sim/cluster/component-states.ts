import type { Millis } from '../kernel/agenda.ts'
import type { Cluster } from './cluster.ts'

/** One component of the control plane, as its card shows it. */
export interface ComponentState {
  /** "kube-scheduler". */
  readonly name: string
  readonly node: string
  readonly state: 'running' | 'stopped' | 'waiting'
  readonly since: Millis
  /** One short fact: "revision 1482", "2 waiting". */
  readonly fact?: string
}

const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const

/** What the components of the control plane are up to, from the machine they run on: when the API is down, nobody else knows. */
export function componentStates(cluster: Cluster): ComponentState[] {
  return [...cluster.machines.values()].filter(({ spec }) => spec.controlPlane).flatMap((machine) =>
    names.map((name): ComponentState => {
      const running = machine.runsSince(name)
      const stopped = machine.isOn ? machine.stoppedSince(name) : machine.since
      const state = stopped !== undefined ? 'stopped' : running !== undefined ? 'running' : 'waiting'
      const fact = state === 'running' ? factOf(cluster, name) : undefined
      return { name, node: machine.name, state, since: stopped ?? running ?? machine.since, ...(fact ? { fact } : {}) }
    }),
  )
}

function factOf(cluster: Cluster, name: (typeof names)[number]): string | undefined {
  switch (name) {
    case 'etcd':
      return `revision ${cluster.store.revision}`
    case 'kube-apiserver':
      return `${cluster.requestRate()} requests/s`
    case 'kube-scheduler':
      return cluster.scheduler ? `${cluster.scheduler.waiting()} waiting` : 'not leading'
    case 'kube-controller-manager':
      return undefined
  }
}
