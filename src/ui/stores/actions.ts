import { splitKey } from '../../sim/api/objects.ts'
import { definitionOf } from '../../sim/api/resources.ts'
import type { Command, ComponentName } from '../../sim/cluster/run.ts'
import type { ClusterView } from './cluster-view.ts'
import type { FaultTarget } from './fault-choices.ts'
import { faultWords } from './fault-words.ts'
import { endOf, faultsOf, isShownByMachine } from './faults.ts'
import { perform } from './simulation-store.ts'
import type { Thing } from './things.ts'
import { useUi } from './ui-store.ts'

/** Something that can be done to a thing: the same in its menu, on its key, in the inspector and among the commands. */
export interface Action {
  readonly label: string
  readonly key?: string
  /** The line that does it from a terminal, where there is one. */
  readonly kubectl?: string
  readonly isGrave?: boolean
  readonly effect: { readonly command: Command } | { readonly fault: FaultTarget; readonly first?: string } | { readonly open: 'scale' | 'yaml' | 'logs' | 'why' | 'inspect' }
}

/** All that can be done to a thing now, the likeliest first. Pure. */
export function actionsFor(view: ClusterView, thing: Thing): readonly Action[] {
  switch (thing.resource) {
    case 'nodes':
      return nodeActions(view, thing)
    case 'components':
      return componentActions(view, thing)
    case 'pods':
      return [
        { label: 'Logs', key: 'l', kubectl: kubectl('logs', thing), effect: { open: 'logs' } },
        { label: 'Edit YAML', key: 'e', effect: { open: 'yaml' } },
        ...killActions(view, thing),
        deleteAction(thing),
        { label: 'Why is it here?', key: 'w', effect: { open: 'why' } },
        ...registryAction(view, thing),
      ]
    default:
      return [...workloadActions(view, thing), { label: 'Why is it here?', key: 'w', effect: { open: 'why' } }, { label: 'Edit YAML', key: 'e', effect: { open: 'yaml' } }, deleteAction(thing)]
  }
}

/** The action on this key, if the thing has one. */
export function actionOnKey(view: ClusterView, thing: Thing, key: string): Action | undefined {
  return actionsFor(view, thing).find((action) => action.key === key)
}

/** Does it. Nothing asks "are you sure": undo is a key away. */
export function carryOut(action: Action, thing: Thing): void {
  const ui = useUi.getState()
  if ('command' in action.effect) {
    if (action.effect.command.kind === 'power-off') ui.set({ hintSeen: true })
    void perform(action.effect.command)
    return
  }
  ui.select(thing)
  if ('fault' in action.effect) {
    ui.openDialog({ kind: 'fault', target: action.effect.fault, first: action.effect.first })
    return
  }
  const { open } = action.effect
  if (open === 'scale') ui.openDialog({ kind: 'scale', thing })
  else if (open === 'yaml') ui.openDock('yaml')
  else ui.openDock('inspect', open === 'inspect' ? undefined : open)
}

function nodeActions(view: ClusterView, { key: node }: Thing): Action[] {
  const machine = view.machines.get(node)
  const isCordoned = view.objects.nodes.get(node)?.spec.unschedulable === true
  const isOff = machine?.power === 'off'
  const power: Action = isOff
    ? { label: 'Power on', key: 'p', effect: { command: { kind: 'power-on', node } } }
    : { label: 'Power off', key: 'p', isGrave: true, effect: { command: { kind: 'power-off', node } } }
  const cable: Action = machine?.network === 'cutOff'
    ? { label: 'Reconnect', effect: { command: { kind: 'reconnect', node } } }
    : { label: 'Cut off', isGrave: true, effect: { command: { kind: 'cut-off', node } } }
  const cordon: Action = isCordoned
    ? { label: 'Uncordon', key: 'c', kubectl: `kubectl uncordon ${node}`, effect: { command: { kind: 'uncordon', node } } }
    : { label: 'Cordon', key: 'c', kubectl: `kubectl cordon ${node}`, effect: { command: { kind: 'cordon', node } } }
  const rest: Action[] = [{ label: 'Break it…', key: 'b', isGrave: true, effect: { fault: { on: 'node', node } } }, ...endActions(view, { resource: 'nodes', key: node })]
  return [power, ...(isOff ? [] : [cable]), cordon, ...rest, { label: 'Why is it so?', key: 'w', effect: { open: 'why' } }, { label: 'Edit YAML', key: 'e', effect: { open: 'yaml' } }]
}

/** One for each fault that it suffers, but those that have a button of their own. */
function endActions(view: ClusterView, thing: Thing): Action[] {
  return faultsOf(view, thing).filter((active) => !isShownByMachine(active) && active.fault.kind !== 'stop').map((active): Action => ({ label: `End: ${faultWords(active.fault).tag.toLowerCase()}`, effect: { command: endOf(active) } }))
}

/** Where its images come from can fail, too. */
function registryAction(view: ClusterView, { key }: Thing): Action[] {
  const image = view.objects.pods.get(key)?.spec.containers[0]?.image
  return image === undefined ? [] : [{ label: 'Break its registry…', isGrave: true, effect: { fault: { on: 'registry', image } } }]
}

function componentActions(view: ClusterView, thing: Thing): Action[] {
  const component = thing.key as ComponentName
  const isStopped = view.components.some((one) => one.name === component && one.state === 'stopped')
  if (isStopped) return [{ label: 'Start', key: 'p', effect: { command: { kind: 'start', component } } }]
  return [
    { label: 'Stop', key: 'p', isGrave: true, effect: { command: { kind: 'stop', component } } },
    { label: 'Restart', isGrave: true, effect: { command: { kind: 'fault', fault: { kind: 'restart', component } } } },
    { label: 'Break it…', key: 'b', isGrave: true, effect: { fault: { on: 'component', component } } },
    ...endActions(view, thing),
  ]
}

function killActions(view: ClusterView, { key: pod }: Thing): Action[] {
  const { nodeName, containers } = view.objects.pods.get(pod)?.spec ?? { containers: [] }
  if (!nodeName) return []
  if (containers.length === 1) return [{ label: 'Kill container', isGrave: true, effect: { command: { kind: 'kill', pod } } }]
  return containers.map(({ name }) => ({ label: `Kill container ${name}`, isGrave: true, effect: { command: { kind: 'kill', pod, container: name } } }))
}

function workloadActions(view: ClusterView, thing: Thing): Action[] {
  const { resource, key } = thing
  if (resource !== 'daemonsets' && !isScalable(resource)) return []
  const scale: Action = { label: 'Scale', key: 's', kubectl: kubectl('scale', thing, `--replicas=${replicasOf(view, thing)}`), effect: { open: 'scale' } }
  const restart: Action = { label: 'Restart', kubectl: kubectl('rollout restart', thing), effect: { command: { kind: 'restart', resource, key } } }
  if (resource === 'daemonsets') return [restart]
  // kubectl restarts what rolls out.
  return resource === 'deployments' ? [scale, restart] : [scale]
}

function deleteAction(thing: Thing): Action {
  const { resource, key } = thing
  if (resource === 'components') throw new Error('a component cannot be deleted')
  return { label: 'Delete', key: 'x', isGrave: true, kubectl: kubectl('delete', thing), effect: { command: { kind: 'delete', resource, key } } }
}

/** The kubectl line that does a verb to a thing. */
export function kubectl(verb: string, thing: Thing, flags = ''): string {
  const { namespace, name } = splitKey(thing.key)
  const kind = thing.resource === 'components' ? 'component' : definitionOf(thing.resource).singular
  const what = verb === 'logs' ? name : verb === 'describe' || verb === 'delete' || verb === 'get' ? `${kind} ${name}` : `${kind}/${name}`
  return `kubectl ${verb} ${what}${flags && ` ${flags}`}${namespace ? ` -n ${namespace}` : ''}`
}

/** How many a workload asks for now: where its stepper starts. */
export function replicasOf(view: ClusterView, { resource, key }: Thing): number {
  return isScalable(resource) ? (view.objects[resource].get(key)?.spec.replicas ?? 0) : 0
}

function isScalable(resource: Thing['resource']): resource is 'deployments' | 'replicasets' | 'replicationcontrollers' {
  return resource === 'deployments' || resource === 'replicasets' || resource === 'replicationcontrollers'
}
