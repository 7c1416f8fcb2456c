import { lastAppliedAnnotation } from '../sim/api/last-applied.ts'
import { isObject, type JsonObject } from '../sim/api/patch/json-values.ts'
import type { Command, Manifest, Run } from '../sim/cluster/run.ts'

/** How many commands of a run carry Secrets: links stay in chat logs, so their data is left out unless the sender insists. */
export function secretsIn(run: Run): number {
  return run.commands.filter(({ command }) => carriesSecret(command)).length
}

export function withoutSecretData(run: Run): Run {
  return { ...run, commands: run.commands.map(({ at, command }) => ({ at, command: stripped(command) })) }
}

function carriesSecret(command: Command): boolean {
  if (command.kind === 'apply') return command.manifests.some(isSecret)
  return command.kind === 'request' && command.request.resource === 'secrets' && ['create', 'update', 'patch'].includes(command.request.verb)
}

function stripped(command: Command): Command {
  if (!carriesSecret(command)) return command
  if (command.kind === 'apply') return { ...command, manifests: command.manifests.map((manifest) => (isSecret(manifest) ? withoutData(manifest) : manifest)) }
  if (command.kind !== 'request') return command
  const { body } = command.request
  // A JSON patch says in many places what it does; nothing of it is sent.
  return { ...command, request: { ...command.request, body: isObject(body) ? withoutData(body) : [] } }
}

/** An edited object, or a patch of one, also remembers what was applied. */
function withoutData(secret: JsonObject): Manifest {
  const { data: _data, stringData: _text, ...rest } = secret
  const { metadata } = rest
  if (!isObject(metadata) || !isObject(metadata['annotations'])) return rest
  const { [lastAppliedAnnotation]: _applied, ...annotations } = metadata['annotations']
  return { ...rest, metadata: { ...metadata, annotations } }
}

function isSecret(manifest: Manifest): boolean {
  return manifest['kind'] === 'Secret'
}
