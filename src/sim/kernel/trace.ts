import type { CauseId, Millis } from './agenda.ts'
import { flatText } from './flat-text.ts'
import { RollingHash } from './hash.ts'
import { TraceColumns, weights, type Weight } from './trace-columns.ts'

/** One thing that happened: a write, a decision, a fault, a person's command. */
export interface TraceEntry {
  /** Its place in the story, from 1 on. */
  readonly id: CauseId
  readonly at: Millis
  /** The entry that led to it; 0: none did, it lies in the start of the run or in a person. */
  readonly cause: CauseId
  readonly kind: Told['kind'] | 'write'
  /** Who: "kube-scheduler", "kubelet/worker-1", "user". */
  readonly author: string
  /** What, in one line: "create pods default/web-1". */
  readonly what: string
  /** The thing it is about, `resource/namespace/name`, where there is one. */
  readonly about?: string
  readonly revision?: number
  /** What was decided and from what: the plan behind a write, the scheduler's table. Never part of the hash. */
  readonly detail?: unknown
}

/** What is told of anything but a write. When and why it happened the trace knows. */
export interface Told {
  readonly kind: 'decision' | 'fault' | 'command' | 'process'
  readonly author: string
  readonly what: string
  readonly about?: string
  readonly detail?: unknown
}

/** A write in its parts: most of a story is writes, and few of them are ever read. */
export interface Write {
  readonly author: string
  readonly verb: string
  readonly resource: string
  readonly subresource: string | undefined
  /** Of what is written; undefined or empty for what is in none. */
  readonly namespace: string | undefined
  readonly name: string
  readonly revision: number
  readonly weight: Weight
}

/** Where the trace learns when and because of what something happens: the timeline. */
export interface Moment {
  readonly now: Millis
  readonly cause: CauseId
  readonly occasion: CauseId
  decided(decision: CauseId): void
}

/** The story of a run, bounded in length, and its rolling hash over all of it. */
export class Trace {
  private readonly hash = new RollingHash()
  /** Of a write, its object's name. */
  private readonly rows: TraceColumns<string | Told>
  private readonly authors = new Texts(this.hash)
  /** Verbs, resources and subresources. */
  private readonly words = new Texts(this.hash)
  private readonly namespaces = new Texts(null)
  /** By resource. */
  private readonly actions = new Map<string, Action[]>()
  private readonly moment: Moment
  private readonly limit: number
  private newest: CauseId = 0

  /** At most a quarter more than `limit` entries are kept: the newest, and of the older ones rather those of weight. */
  constructor(moment: Moment, limit = 8_000) {
    this.moment = moment
    this.limit = limit
    this.rows = new TraceColumns(Math.ceil(1.25 * limit))
  }

  /** Adds to the hash what is too frequent and too dull to be kept: a lease was renewed. */
  count(write: Write): void {
    this.hash.addNumber(this.moment.now)
    this.authors.count(write.author)
    this.countAction(write)
    this.countObject(write)
  }

  /** Answers the id of the entry. */
  write(write: Write): CauseId {
    this.hash.addNumber(this.moment.now)
    const row = this.rows.addRow()
    const { columns } = this.rows
    columns.author[row] = this.authors.count(write.author)
    const action = this.countAction(write)
    columns.verb[row] = action.verbNumber
    columns.resource[row] = action.resourceNumber
    columns.subresource[row] = action.subresourceNumber
    columns.namespace[row] = this.namespaces.count(write.namespace ?? '')
    this.countObject(write)
    return this.fill(row, this.moment.cause, write.revision, write.weight, write.name)
  }

  /** Answers the id of the entry. What follows a decision in the same turn has it as its cause. */
  add(told: Told): CauseId {
    const { now, cause, occasion } = this.moment
    this.hash.addNumber(now)
    this.authors.count(told.author)
    this.hash.addText(flatText(told.what))
    flatText(told.about ?? '')
    const row = this.rows.addRow()
    const revision = row === 0 ? 0 : this.rows.columns.revision[row - 1]!
    if (told.kind !== 'decision') return this.fill(row, cause, revision, weights.input, told)
    const id = this.fill(row, occasion, revision, weights.choice, told)
    this.moment.decided(id)
    return id
  }

  /** Undefined when it is not kept any more. */
  entry(id: CauseId): TraceEntry | undefined {
    const row = this.rows.firstFrom('id', id)
    return row < this.rows.size && this.rows.columns.id[row] === id ? this.entryIn(row) : undefined
  }

  /** The entry of the write that had this revision; 0 when it is not kept any more, or never was. */
  writeAt(revision: number): CauseId {
    const row = this.rows.firstFrom('revision', revision)
    const isThere = row < this.rows.size && this.rows.columns.revision[row] === revision && typeof this.rows.told[row] === 'string'
    return isThere ? this.rows.columns.id[row]! : 0
  }

  /** The id of the newest entry; pass it to `since` later. */
  get end(): CauseId {
    return this.newest
  }

  /** What was added after an entry (as far as it is kept). */
  since(id: CauseId): readonly TraceEntry[] {
    const entries: TraceEntry[] = []
    for (let row = this.rows.firstFrom('id', id + 1); row < this.rows.size; row += 1) entries.push(this.entryIn(row))
    return entries
  }

  get digest(): string {
    return this.hash.digest
  }

  private countAction({ verb, resource, subresource = '' }: Write): Action {
    const { words, hash } = this
    let actions = this.actions.get(resource)
    if (!actions) this.actions.set(resource, (actions = []))
    for (const action of actions) {
      if (action.verb !== verb || action.subresource !== subresource) continue
      hash.addWord(action.verbNumber)
      hash.addWord(action.resourceNumber)
      hash.addWord(action.subresourceNumber)
      return action
    }
    const action = { verb, subresource, verbNumber: words.count(verb), resourceNumber: words.count(resource), subresourceNumber: words.count(subresource) }
    actions.push(action)
    return action
  }

  private countObject({ namespace, name, revision }: Write): void {
    if (namespace) this.hash.addKey(namespace, name)
    else this.hash.addText(name)
    this.hash.addNumber(revision)
  }

  private fill(row: number, cause: CauseId, revision: number, weight: Weight, told: string | Told): CauseId {
    const { columns } = this.rows
    this.newest += 1
    columns.id[row] = this.newest
    columns.at[row] = this.moment.now
    columns.cause[row] = cause
    columns.revision[row] = revision
    columns.weight[row] = weight
    this.rows.told.push(told)
    if (this.rows.size >= 1.25 * this.limit) this.rows.drop(this.rows.size - this.limit, this.limit / 4)
    return this.newest
  }

  private entryIn(row: number): TraceEntry {
    const { columns } = this.rows
    const told = this.rows.told[row]!
    const place = { id: columns.id[row]!, at: columns.at[row]!, cause: columns.cause[row]! }
    if (typeof told !== 'string') return { ...place, ...told }
    const [verb, resource, subresource] = [columns.verb, columns.resource, columns.subresource].map((column) => this.words.textOf(column[row]!))
    const namespace = this.namespaces.textOf(columns.namespace[row]!)
    const key = namespace === '' ? told : `${namespace}/${told}`
    return {
      ...place, kind: 'write', author: this.authors.textOf(columns.author[row]!),
      what: `${verb} ${resource}${subresource ? `/${subresource}` : ''} ${key}`,
      about: `${resource}/${key}`,
      revision: columns.revision[row]!,
    }
  }
}

/** What is done to a resource, and the numbers of the three words that say it. There are few, and every write is one of them. */
interface Action {
  readonly verb: string
  readonly subresource: string
  readonly verbNumber: number
  readonly resourceNumber: number
  readonly subresourceNumber: number
}

/** Texts that come again and again, each with a number that stands for it in rows and, if there is one, the hash. A text is hashed when it gets one. */
class Texts {
  private readonly texts: string[] = []
  private readonly numbers = new Map<string, number>()
  private readonly hash: RollingHash | null
  /** One author often writes several things in a row. */
  private lastText: string | null = null
  private lastNumber = 0

  constructor(hash: RollingHash | null) {
    this.hash = hash
  }

  /** Adds the text's number to the hash, and answers it. */
  count(text: string): number {
    const number = text === this.lastText ? this.lastNumber : this.numberOf(text)
    this.hash?.addWord(number)
    return number
  }

  textOf(number: number): string {
    return this.texts[number]!
  }

  private numberOf(text: string): number {
    let number = this.numbers.get(text)
    if (number === undefined) {
      this.hash?.addText(text)
      this.numbers.set(text, (number = this.texts.push(text) - 1))
    }
    this.lastText = text
    return (this.lastNumber = number)
  }
}
