import { parseManifests, type ManifestDocument, type TextProblem } from '../../scenario/yaml.ts'

/** A document as the page gets it: the object, and the line on which it begins. */
export type ReadDocument = Pick<ManifestDocument, 'manifest' | 'line'>

/** A field of one of a text's documents, as API errors name it; without one, the document as a whole. */
export interface Spot {
  /** Its index. */
  readonly document: number
  readonly field?: string
}

/** Lines and columns count from 1. */
export type Place = Pick<TextProblem, 'line' | 'column'>

/** What the page asks of the Worker that reads: of fields only about the text that it read last. */
export type ToReading = { readonly type: 'read'; readonly text: string } | { readonly type: 'find'; readonly spots: readonly Spot[] }

export type FromReading =
  | { readonly type: 'read'; readonly documents: readonly ReadDocument[]; readonly problems: readonly TextProblem[] }
  | { readonly type: 'found'; readonly places: readonly Place[] }

/** The Worker's side: reads texts, and remembers where in the last one everything stands. */
export class Reading {
  private documents: readonly ManifestDocument[] = []

  handle(message: ToReading): FromReading {
    if (message.type === 'find') return { type: 'found', places: message.spots.map((spot) => this.find(spot)) }
    const { documents, problems } = parseManifests(message.text)
    this.documents = documents
    return { type: 'read', documents: documents.map(({ manifest, line }) => ({ manifest, line })), problems }
  }

  private find({ document, field }: Spot): Place {
    const found = this.documents[document]
    return found && field !== undefined ? found.placeOf(field) : { line: found?.line ?? 1, column: 1 }
  }
}
