import type { ProcessAgenda } from '../kernel/agenda.ts'
import type { Random } from '../kernel/random.ts'
import type { RequestOptions } from '../api/request.ts'
import type { ObjectOf, Resource } from '../api/resources.ts'
import type { Client, Informer, Informers } from './component.ts'
import { Reflector, type Lag } from './informer.ts'

export interface InformersOptions {
  /** Of the component, for the agenda's labels. */
  readonly name: string
  readonly agenda: ProcessAgenda
  readonly client: Client
  readonly random: Random
  lagOf(resource: Resource): Lag
}

/** The informers of one process: whoever asks twice for the same gets the same. */
export function createInformers(options: InformersOptions): Informers {
  return new InformerSet(options)
}

interface Started {
  readonly synced: boolean
  listAndWatch(): void
}

class InformerSet implements Informers {
  private readonly all = new Map<string, Started>()
  private waiting: (() => void)[] = []
  private readonly options: InformersOptions

  constructor(options: InformersOptions) {
    this.options = options
  }

  of<R extends Resource>(resource: R, selectors: Pick<RequestOptions, 'fieldSelector' | 'labelSelector'> = {}): Informer<ObjectOf<R>> {
    const id = `${resource}?${selectors.fieldSelector ?? ''}&${selectors.labelSelector ?? ''}`
    const known = this.all.get(id)
    // The same id means the same resource, hence the same type.
    if (known) return known as unknown as Informer<ObjectOf<R>>
    const { name, agenda, client, random, lagOf } = this.options
    const informer = new Reflector<ObjectOf<R>>({ name, agenda, client, random, lag: lagOf(resource), resource, selectors, onSynced: () => this.proceed() })
    this.all.set(id, informer)
    // In its own turn: handlers and indexes are added by whoever asked, first.
    agenda.after(0, `${name}: list ${resource}`, () => informer.listAndWatch())
    return informer
  }

  whenSynced(run: () => void): void {
    this.waiting.push(run)
    this.options.agenda.after(0, `${this.options.name}: caches`, () => this.proceed())
  }

  private proceed(): void {
    for (const informer of this.all.values()) if (!informer.synced) return
    const waiting = this.waiting
    this.waiting = []
    for (const run of waiting) run()
  }
}
