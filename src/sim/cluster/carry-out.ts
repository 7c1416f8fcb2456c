import type { Millis } from '../kernel/agenda.ts'
import { unreachable } from '../kernel/assert.ts'
import { badRequest, notFound } from '../api/errors.ts'
import { splitKey, type ObjectKey } from '../api/objects.ts'
import { accepted, refused, type Result } from '../api/status.ts'
import type { WallClock } from '../api/time.ts'
import type { Steps } from '../client/steps.ts'
import type { ComponentName, Fault, FaultPattern } from './faults/fault.ts'
import type { Faults } from './faults/faults.ts'
import { objectionTo } from './faults/objection.ts'
import type { Machine } from './machine.ts'
import type { Command } from './run.ts'
import type { UserCommands } from './user-commands.ts'

/** What a person's commands work on. */
export interface CommandTargets {
  readonly user: UserCommands
  readonly machines: ReadonlyMap<string, Machine>
  readonly faults: Faults
  readonly wall: WallClock
}

/** Does what a person says, through the API or at the machines themselves: what is many requests in as many steps. */
export function* carryOut(command: Command, targets: CommandTargets): Steps<Result<unknown>> {
  const { user, faults, wall } = targets
  switch (command.kind) {
    case 'apply':
      return yield* user.apply(command.manifests)
    case 'request':
      return user.request(command.request)
    case 'delete':
      return user.delete(command.resource, command.key, command.gracePeriodSeconds)
    case 'scale':
      return user.scale(command.resource, command.key, command.replicas)
    case 'restart':
      return user.restart(command.resource, command.key, wall.time())
    case 'cordon':
    case 'uncordon':
      return user.cordon(command.node, command.kind === 'cordon')
    case 'power-off':
      return begin(targets, { kind: 'power-off', node: command.node })
    case 'cut-off':
      return begin(targets, { kind: 'cut-off', node: command.node })
    case 'power-on':
      return end(targets, command.node, { kind: 'power-off', node: command.node }, { kind: 'reboot', node: command.node })
    case 'reconnect':
      return end(targets, command.node, { kind: 'cut-off', node: command.node })
    // Any text may be asked for: what is no component is objected to.
    case 'stop':
      return begin(targets, { kind: 'stop', component: command.component as ComponentName })
    case 'start':
      return end(targets, null, { kind: 'stop', component: command.component as ComponentName })
    case 'kill':
      return kill(targets, command.pod, command.container)
    case 'fault':
      return begin(targets, command.fault, command.for)
    case 'end-fault':
      faults.end(command.fault ?? {})
      return accepted(null)
    default:
      return unreachable(command)
  }
}

function begin({ machines, faults }: CommandTargets, fault: Fault, length?: Millis): Result<unknown> {
  const objection = objectionTo(fault, [...machines.keys()])
  if (objection !== null) return refused(badRequest(objection))
  faults.begin(fault, length)
  return accepted(null)
}

function end({ machines, faults }: CommandTargets, node: string | null, ...patterns: readonly FaultPattern[]): Result<unknown> {
  if (node !== null && !machines.has(node)) return refused(notFound({ group: '', resource: 'nodes' }, node))
  for (const pattern of patterns) faults.end(pattern)
  return accepted(null)
}

function kill({ machines }: CommandTargets, pod: ObjectKey, container?: string): Result<unknown> {
  for (const machine of machines.values()) if (machine.kill(pod, container)) return accepted(null)
  return refused(notFound({ group: '', resource: 'pods' }, splitKey(pod).name))
}
