import type { TextProblem } from '../../scenario/yaml.ts'
import type { FromReading, Place, ReadDocument, Spot, ToReading } from './reading.ts'

/** A text that was read, or what is wrong with it. */
export interface ReadText {
  readonly documents: readonly ReadDocument[]
  readonly problems: readonly TextProblem[]
}

/** Reads manifests without holding up the page. */
export interface ManifestReader {
  read(text: string): Promise<ReadText>
  /** Where fields of a text stand; once another one was read, where their documents begin. */
  find(text: ReadText, spots: readonly Spot[]): Promise<readonly Place[]>
}

/** In milliseconds. A megabyte takes a slow machine some seconds. */
const patience = 20_000

/** Reads in a Worker of its own, hired when there is something to read: a megabyte of YAML takes seconds, and a stranger's may never end. */
export function createManifestReader(hire: () => Worker = hireWorker): ManifestReader {
  return new WorkerReader(hire)
}

function hireWorker(): Worker {
  return new Worker(new URL('./manifests.worker.ts', import.meta.url), { type: 'module', name: 'manifests' })
}

class WorkerReader implements ManifestReader {
  private worker: Worker | null = null
  private last: ReadText | null = null
  /** One question at a time. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly hire: () => Worker) {}

  read(text: string): Promise<ReadText> {
    return this.inTurn(async () => {
      const answer = await this.ask({ type: 'read', text })
      return (this.last = answer.type === 'read' ? answer : unread(answer.type === 'late' ? tooLate : stopped))
    })
  }

  find(text: ReadText, spots: readonly Spot[]): Promise<readonly Place[]> {
    return this.inTurn(async () => {
      const answer = text === this.last && spots.length > 0 ? await this.ask({ type: 'find', spots }) : null
      return answer?.type === 'found' ? answer.places : spots.map(({ document }) => ({ line: text.documents[document]?.line ?? 1, column: 1 }))
    })
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work)
    this.turn = done
    return done
  }

  /** The Worker that gave no answer is let go; the next question hires another. */
  private async ask(message: ToReading): Promise<FromReading | NoAnswer> {
    const answer = await this.answered(message)
    if (answer.type !== 'late' && answer.type !== 'stopped') return answer
    this.worker?.terminate()
    this.worker = this.last = null
    return answer
  }

  private answered(message: ToReading): Promise<FromReading | NoAnswer> {
    return new Promise<FromReading | NoAnswer>((resolve) => {
      const worker = (this.worker ??= this.hire())
      const timer = setTimeout(() => end({ type: 'late' }), patience)
      const end = (answer: FromReading | NoAnswer): void => {
        clearTimeout(timer)
        worker.onmessage = worker.onerror = null
        resolve(answer)
      }
      worker.onmessage = ({ data }: MessageEvent<FromReading>) => end(data)
      worker.onerror = (event) => {
        event.preventDefault()
        end({ type: 'stopped' })
      }
      worker.postMessage(message)
      // A browser may refuse to make one.
    }).catch(() => ({ type: 'stopped' }))
  }
}

/** It took too long, or the Worker could not be loaded or died. */
interface NoAnswer {
  readonly type: 'late' | 'stopped'
}

const tooLate = `this cannot be read within ${patience / 1000} seconds: refused, as it may never end`
const stopped = 'what reads manifests could not be started, or stopped at this text; try once more'

function unread(message: string): ReadText {
  return { documents: [], problems: [{ line: 1, column: 1, message }] }
}
