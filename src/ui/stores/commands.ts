import { splitKey, type ObjectKey } from '../../sim/api/objects.ts'
import { definitionOf, resources, type Resource } from '../../sim/api/resources.ts'
import type { Command, Fault, FaultPattern } from '../../sim/cluster/run.ts'
import { faultPlace, faultWords, whileStopped } from './fault-words.ts'
import type { Thing } from './things.ts'

/** A person's command in a person's words. */
export interface CommandWords {
  readonly lead: string
  /** What comes of it. */
  readonly rest: string
  /** Two or three words for the timeline. */
  readonly mark: string
  readonly about: Thing | null
  /** It takes something away. */
  readonly isGrave: boolean
}

/** What a command says on the timeline and in the sentence above it. */
export function commandWords(command: Command): CommandWords {
  return { ...wordsOf(command), isGrave: grave.has(command.kind) }
}

const grave: ReadonlySet<Command['kind']> = new Set(['power-off', 'cut-off', 'stop', 'kill', 'fault', 'delete'])

type Words = Omit<CommandWords, 'isGrave'>

function wordsOf(command: Command): Words {
  switch (command.kind) {
    case 'power-off':
      return onNode(command.node, 'powered off', 'off', 'Its kubelet has stopped renewing its lease; nobody has noticed yet.')
    case 'power-on':
      return onNode(command.node, 'powered on', 'on', 'Its kubelet starts and reports in.')
    case 'cut-off':
      return onNode(command.node, 'cut off', 'cut off', 'It runs on, but nobody hears from it.')
    case 'reconnect':
      return onNode(command.node, 'reconnected', 'back', 'It is heard again.')
    case 'cordon':
      return onNode(command.node, 'cordoned', 'cordoned', 'Its pods stay; it gets no new ones.')
    case 'uncordon':
      return onNode(command.node, 'uncordoned', 'uncordoned', 'It may get new pods again.')
    case 'stop':
      return { lead: `You stopped ${command.component}.`, rest: whileStopped(command.component), mark: `${command.component} stopped`, about: { resource: 'components', key: command.component } }
    case 'start':
      return { lead: `You started ${command.component}.`, rest: 'It lists what there is and catches up.', mark: `${command.component} started`, about: { resource: 'components', key: command.component } }
    case 'kill':
      return { lead: `You killed ${command.container ? `container ${command.container} of ` : 'a container of '}${splitKey(command.pod).name}.`, rest: 'Its kubelet starts it again.', mark: 'killed', about: { resource: 'pods', key: command.pod } }
    case 'fault':
      return { ...faultWords(command.fault), about: faultPlace(command.fault) }
    case 'end-fault':
      return endWords(command.fault)
    case 'delete':
      return onObject(command.resource, command.key, 'deleted', 'deleted')
    case 'scale':
      return { ...onObject(command.resource, command.key, 'scaled', `→ ${command.replicas}`), lead: `You scaled ${splitKey(command.key).name} to ${command.replicas}.` }
    case 'restart':
      return { ...onObject(command.resource, command.key, 'restarted', 'restart'), rest: 'A new revision rolls out, pod by pod.' }
    case 'apply':
      return { lead: `You applied ${command.manifests.length === 1 ? nameOfManifest(command.manifests[0]) : `${command.manifests.length} objects`}.`, rest: '', mark: 'apply', about: null }
    case 'request':
      return requestWords(command)
  }
}

/** The end of one fault, or of all that a pattern describes. */
function endWords(pattern: FaultPattern | undefined): Words {
  if (pattern?.kind === undefined) return { lead: 'You ended all faults.', rest: '', mark: 'faults ended', about: null }
  // A pattern with a kind is made from a fault; how much it was does not matter to these words.
  const fault = { by: 0, ...pattern } as Fault
  const { over, mark } = faultWords(fault)
  return { lead: over, rest: 'You ended it.', mark: `${mark} over`, about: faultPlace(fault) }
}

/** A write that was put together by hand, as the editor does. */
function requestWords({ request: { verb, resource, namespace, name = '' } }: Extract<Command, { kind: 'request' }>): Words {
  const known = resources.find((one) => one.resource === resource)
  const done = verb === 'create' ? 'created' : verb.startsWith('delete') ? 'deleted' : 'changed'
  const about = known && name ? { resource: known.resource, key: known.namespaced ? `${namespace ?? 'default'}/${name}` : name } : null
  return { lead: `You ${done} ${known?.singular ?? resource} ${name}`.trim() + '.', rest: '', mark: `${name} ${done}`.trim(), about }
}

function onNode(node: string, done: string, mark: string, rest: string): Words {
  return { lead: `You ${done === 'cut off' ? `cut ${node} off` : `${done} ${node}`}.`, rest, mark: `${node} ${mark}`, about: { resource: 'nodes', key: node } }
}

function onObject(resource: Resource, key: ObjectKey, done: string, mark: string): Words {
  const { name } = splitKey(key)
  return { lead: `You ${done} ${definitionOf(resource).singular} ${name}.`, rest: '', mark: `${name} ${mark}`, about: { resource, key } }
}

function nameOfManifest(manifest: Readonly<Record<string, unknown>> | undefined): string {
  const metadata = manifest?.['metadata'] as { readonly name?: unknown } | null | undefined
  return `${String(manifest?.['kind'] ?? 'an object')} ${String(metadata?.name ?? '')}`.trim()
}
