import { formatDuration } from '../api/duration.ts'
import { faultSubject, faultText } from './faults/fault-text.ts'
import type { Command } from './run.ts'

/** Whether a command takes something away. */
export function isFaultCommand({ kind }: Command): boolean {
  return kind === 'power-off' || kind === 'cut-off' || kind === 'stop' || kind === 'kill' || kind === 'fault'
}

/** `power-off worker-1`, `scale deployments shop/web 5`, `freeze worker-1 for 30s`: for the trace. */
export function sentenceOf(command: Command): string {
  if (command.kind === 'apply') return `apply ${command.manifests.length} manifests`
  if (command.kind === 'request') return `${command.request.verb} ${command.request.resource} ${command.request.name ?? ''}`
  if (command.kind === 'fault') return `${faultText(command.fault)}${command.for === undefined ? '' : ` for ${formatDuration(command.for)}`}`
  if (command.kind === 'end-fault') return ['end-fault', ...Object.values(command.fault ?? {})].join(' ')
  return Object.values(command).join(' ')
}

/** What a command is about, as the trace names things; empty: nothing in particular. */
export function subjectOf(command: Command): string {
  if (command.kind === 'fault') return faultSubject(command.fault)
  if ('component' in command) return `components/${command.component}`
  if ('node' in command) return `nodes/${command.node}`
  if ('pod' in command) return `pods/${command.pod}`
  return 'key' in command ? `${command.resource}/${command.key}` : ''
}
