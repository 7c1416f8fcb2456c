import type { EntryId, Millis, Timeline } from '../../kernel/agenda.ts'
import type { Trace } from '../../kernel/trace.ts'
import type { ActiveFault, Fault, FaultPattern } from './fault.ts'
import { faultSubject, faultText } from './fault-text.ts'

/** How long a machine that is rebooted stays away, if nobody says how long. */
const rebootTime: Millis = 30_000

interface Begun extends ActiveFault {
  readonly timer: EntryId
}

/** What makes faults true: the machines, the connections, the store, the registry. */
export interface FaultEffects {
  /** These are the faults that are there now. */
  suffer(faults: readonly Fault[]): void
  /** This one has no duration: it happens now. */
  strike(fault: Fault): void
}

/** All that is wrong at the moment. Faults begin by a command, and end by one or by themselves. */
export class Faults {
  private begun: readonly Begun[] = []

  constructor(
    private readonly timeline: Timeline,
    private readonly trace: Trace,
    private readonly effects: FaultEffects,
  ) {}

  get active(): readonly ActiveFault[] {
    return this.begun.map(({ fault, since, until }) => ({ fault, since, until }))
  }

  /** One more is wrong; a fault of the same description is replaced. */
  begin(fault: Fault, length: Millis | undefined = fault.kind === 'reboot' ? rebootTime : undefined): void {
    if (isInstant(fault)) return this.effects.strike(fault)
    const same = this.begun.find((other) => agrees(patternOf(fault), other.fault) && agrees(patternOf(other.fault), fault))
    if (same) this.timeline.cancel(same.timer)
    const now = this.timeline.now
    const until = length === undefined ? null : now + length
    const timer: EntryId = until === null ? 0 : this.timeline.at(until, `${faultText(fault)} ends`, () => this.endThese(this.begun.filter((other) => other.timer === timer)))
    this.begun = [...this.begun.filter((other) => other !== same), { fault, since: same?.since ?? now, until, timer }]
    this.apply()
  }

  /** Ends what agrees with the pattern, oldest first. */
  end(pattern: FaultPattern): void {
    this.endThese(this.begun.filter(({ fault }) => agrees(pattern, fault)))
  }

  private endThese(ending: readonly Begun[]): void {
    if (ending.length === 0) return
    this.begun = this.begun.filter((other) => !ending.includes(other))
    let last = 0
    for (const { fault, timer } of ending) {
      this.timeline.cancel(timer)
      last = this.trace.add({ kind: 'fault', author: 'user', what: `end ${faultText(fault)}`, about: faultSubject(fault), detail: { kind: 'end-fault', fault: patternOf(fault) } })
    }
    this.timeline.because(last, () => this.apply())
  }

  private apply(): void {
    this.effects.suffer(this.begun.map(({ fault }) => fault))
  }
}

/** Faults that are over as soon as they have happened. */
export function isInstant({ kind }: Pick<Fault, 'kind'>): boolean {
  return kind === 'restart' || kind === 'compact' || kind === 'drop-watches'
}

/** Kind and target of a fault: what somebody says who ends it. */
function patternOf(fault: Fault): FaultPattern {
  const { kind, node, component, image } = fault as FaultPattern & Fault
  return { kind, ...(node !== undefined && { node }), ...(component !== undefined && { component }), ...(image !== undefined && { image }) }
}

function agrees(pattern: FaultPattern, fault: Fault): boolean {
  return Object.entries(pattern).every(([field, value]) => value === undefined || (fault as unknown as Readonly<Record<string, unknown>>)[field] === value)
}
