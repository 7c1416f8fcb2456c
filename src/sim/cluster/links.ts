import type { Fault } from './faults/fault.ts'
import { linkCondition, type Caller } from './faults/link-condition.ts'
import { Link, type LinkSurroundings } from './link.ts'

/** All connections to the API server, and what the faults of the moment do to each. */
export class Links {
  private readonly all = new Set<Link>()
  private faults: readonly Fault[] = []

  constructor(
    private readonly controlPlane: string,
    private readonly surroundings: LinkSurroundings,
  ) {}

  open(caller: Caller): Link {
    const link = new Link(caller, this.surroundings)
    link.suffer(this.conditionOf(caller))
    this.all.add(link)
    return link
  }

  /** Its process has ended. */
  close(link: Link): void {
    link.drop()
    this.all.delete(link)
  }

  /** The power of a machine is gone. */
  closeAllOf(node: string): void {
    for (const link of this.all) if (link.caller.node === node) this.close(link)
  }

  *[Symbol.iterator](): Iterator<Link> {
    yield* this.all
  }

  suffer(faults: readonly Fault[]): void {
    this.faults = faults
    for (const link of this.all) link.suffer(this.conditionOf(link.caller))
  }

  private conditionOf(caller: Caller): ReturnType<typeof linkCondition> {
    return linkCondition(this.faults, caller, this.controlPlane)
  }
}
