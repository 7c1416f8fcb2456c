import type { Millis } from '../../kernel/agenda.ts'
import type { ComponentName, Fault } from './fault.ts'

/** What the faults of the moment do to one machine. */
export interface MachineFaults {
  readonly off: boolean
  /** It is to go down in good order, and stays down then. */
  readonly shutDown: boolean
  /** All its processes stand still. */
  readonly frozen: boolean
  /** `some`: nothing leaves it, or nothing reaches it. */
  readonly cutOff: 'no' | 'some' | 'all'
  /** By how much its clock is wrong. */
  readonly skew: Millis
  readonly stopped: ReadonlySet<ComponentName>
  /** Its processes that stand still. */
  readonly frozenComponents: ReadonlySet<ComponentName>
}

const none: ReadonlySet<ComponentName> = new Set()

/** Nothing is wrong with it. One object, so that equal states of healthy machines are the same. */
export const healthy: MachineFaults = { off: false, shutDown: false, frozen: false, cutOff: 'no', skew: 0, stopped: none, frozenComponents: none }

/** What the active faults do to a machine. Pure. */
export function machineFaults(faults: readonly Fault[], node: string, isControlPlane: boolean): MachineFaults {
  let state = healthy
  for (const fault of faults) if (isThere(fault, node, isControlPlane)) state = worsened(state, fault)
  return state
}

/** Components of the control plane are named without their machine. */
function isThere(fault: Fault, node: string, isControlPlane: boolean): boolean {
  const at = 'node' in fault ? fault.node : undefined
  return at === node || (at === undefined && isControlPlane)
}

function worsened(state: MachineFaults, fault: Fault): MachineFaults {
  switch (fault.kind) {
    case 'power-off':
    case 'reboot':
      return { ...state, off: true }
    case 'shut-down':
      return { ...state, shutDown: true }
    case 'freeze':
      return fault.component === undefined ? { ...state, frozen: true } : { ...state, frozenComponents: new Set([...state.frozenComponents, fault.component]) }
    case 'cut-off':
      if (fault.component !== undefined) return state
      return { ...state, cutOff: fault.direction === undefined ? 'all' : state.cutOff === 'all' ? 'all' : 'some' }
    case 'clock-skew':
      return { ...state, skew: state.skew + fault.by }
    case 'stop':
      return { ...state, stopped: new Set([...state.stopped, fault.component]) }
    default:
      return state
  }
}
