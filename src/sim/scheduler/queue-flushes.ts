import type { WallClock } from '../api/time.ts'
import type { Agenda } from '../kernel/agenda.ts'
import type { SchedulingQueue } from './scheduling-queue.ts'

const backOffPeriod = 1_000
const unschedulablePeriod = 30_000

/** The queue's two timers, on the agenda only while they would find something. */
export class QueueFlushes {
  private backOffPlanned = false
  private unschedulablePlanned = false
  private readonly started: number

  constructor(
    private readonly agenda: Agenda,
    private readonly wall: WallClock,
    private readonly queue: SchedulingQueue,
    private readonly wake: () => void,
  ) {
    this.started = agenda.now
  }

  plan(): void {
    if (this.queue.hasBackingOff && !this.backOffPlanned) {
      this.backOffPlanned = true
      // On whole seconds of the wall clock, as back-offs end.
      this.agenda.after(backOffPeriod - (this.wall.epochMillis % backOffPeriod), 'kube-scheduler: flush back-off queue', () => {
        this.backOffPlanned = false
        this.queue.flushBackOff()
        this.wake()
      })
    }
    if (this.queue.hasUnschedulable && !this.unschedulablePlanned) {
      this.unschedulablePlanned = true
      this.agenda.after(unschedulablePeriod - ((this.agenda.now - this.started) % unschedulablePeriod), 'kube-scheduler: flush unschedulable pods', () => {
        this.unschedulablePlanned = false
        this.queue.flushUnschedulable()
        this.wake()
      })
    }
  }
}
