import { Composer, LineCounter, Parser, isMap, isScalar, isSeq, stringify, visit, type CST, type Document, type Node, type ScalarTag, type Tags } from 'yaml'
import type { Manifest } from '../sim/cluster/run.ts'

/** What strangers may paste: bounded before it is parsed (docs of HAZARDS: alias bombs, deep nesting, sheer size). */
export const limits = { characters: 1024 * 1024, depth: 64, aliases: 100, documents: 1000 }

/** Something wrong with a text, at its place; lines and columns count from 1. */
export interface TextProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** One document of a YAML or JSON text: the object as Kubernetes would read it, and where its fields stand. */
export interface ManifestDocument {
  readonly manifest: Manifest
  /** Where the document begins. */
  readonly line: number
  /** Where a field of an API error stands, `spec.containers[0].image`; the nearest parent that is there otherwise. Of a list with one item the index may be left out. */
  placeOf(field: string): { readonly line: number; readonly column: number }
}

export interface ParsedManifests {
  readonly documents: readonly ManifestDocument[]
  readonly problems: readonly TextProblem[]
}

/** Reads manifests as kubectl does: YAML (go-yaml v2's scalars) or JSON, several documents, Lists opened. Never throws. */
export function parseManifests(text: string): ParsedManifests {
  const excess = findExcess(text)
  if (excess) return { documents: [], problems: [excess] }
  const { stackTraceLimit } = Error
  // A text can have a million mistakes, and nobody reads where in the library each of them was found.
  Error.stackTraceLimit = 0
  try {
    return parseDocuments(text)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function parseDocuments(text: string): ParsedManifests {
  const lines = new LineCounter()
  // The library compares each key with each: we look for those that stand twice.
  const composer = new Composer({ schema: 'failsafe', customTags: kubernetesTags, merge: true, lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const documents: ManifestDocument[] = []
  const problems: TextProblem[] = []
  let composed = 0
  for (const document of composer.compose(upToErrors(new Parser(lines.addNewLine).parse(text)), true, text.length)) {
    const read = readDocument(document, lines)
    const found = 'documents' in read ? read.documents : []
    // Empty documents count, too, as do those with mistakes.
    if ((composed += 1) > limits.documents || documents.length + found.length > limits.documents) {
      return { documents: [], problems: [{ ...placeAt(lines, document.range[0]), message: `more than ${limits.documents} documents are not read at once` }] }
    }
    if ('message' in read) problems.push(read)
    documents.push(...found)
  }
  return { documents, problems }
}

/** An object as kubectl prints it. */
export function printYaml(value: unknown): string {
  return stringify(value, { schema: 'yaml-1.1', compat: 'core', version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })
}

/** One error is told: who wrote a million is not waited for. */
const mostErrors = 100

function* upToErrors(tokens: Iterable<CST.Token>): Generator<CST.Token, void> {
  let errors = 0
  for (const token of tokens) {
    yield token
    if (token.type === 'error' && (errors += 1) === mostErrors) return
  }
}

/** Where the first key stands that its map has already; null: none does. */
function repeatedKey(document: Document.Parsed): number | null {
  let found: number | null = null
  visit(document, {
    Map: (_, { items }) => {
      const keys = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key) || key.value === '<<') continue
        if (keys.has(key.value)) {
          found = key.range?.[0] ?? 0
          return visit.BREAK
        }
        keys.add(key.value)
      }
      return undefined
    },
  })
  return found
}

function readDocument(document: Document.Parsed, lines: LineCounter): TextProblem | { documents: ManifestDocument[] } {
  const error = document.errors[0]
  if (error) return { ...placeAt(lines, error.pos[0]), message: error.message }
  const repeated = repeatedKey(document)
  if (repeated !== null) return { ...placeAt(lines, repeated), message: 'Map keys must be unique' }
  if (document.contents === null) return { documents: [] }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: limits.aliases })
  } catch {
    return { ...placeAt(lines, document.range[0]), message: `more than ${limits.aliases} aliases are expanded here: refused, as it may never end` }
  }
  if (value === null) return { documents: [] }
  const start = isMap(document.contents) ? document.contents.range?.[0] ?? 0 : document.range[0]
  if (typeof value !== 'object' || Array.isArray(value)) return { ...placeAt(lines, start), message: 'a manifest is a map with apiVersion and kind; this is not a map' }
  return { documents: openList(value as Manifest, []).map(({ manifest, path }) => ({ manifest, line: placeAt(lines, start).line, placeOf: (field) => placeOf(document, lines, [...path, ...pathOf(field)]) })) }
}

/** `kind: List` is how kubectl packs several objects into one. */
function openList(manifest: Manifest, path: readonly (string | number)[]): { manifest: Manifest; path: readonly (string | number)[] }[] {
  if (manifest['kind'] !== 'List' || !Array.isArray(manifest['items'])) return [{ manifest, path }]
  return manifest['items'].flatMap((item: unknown, index) => (isObject(item) ? openList(item, [...path, 'items', index]) : []))
}

function isObject(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `spec.ports[0].port` and `metadata.labels[app.kubernetes.io/name]` → keys and indexes. */
function pathOf(field: string): (string | number)[] {
  return [...field.matchAll(/\[([^\]]*)(?:\]|$)|([^.[\]]+)/g)].map((match) => (match[1] === undefined ? match[2]! : /^\d+$/.test(match[1]) ? Number(match[1]) : match[1]))
}

function placeOf(document: Document.Parsed, lines: LineCounter, path: readonly (string | number)[]): { line: number; column: number } {
  let node: Node | null = document.contents
  let offset = node?.range?.[0] ?? 0
  for (const step of path) {
    if (isSeq(node) && typeof step === 'string' && node.items.length === 1) node = node.items[0] as Node | null
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!pair) break
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value as Node | null
    } else if (isSeq(node)) {
      node = (node.items[Number(step)] as Node | undefined) ?? null
      if (!node) break
      offset = node.range?.[0] ?? offset
    } else break
  }
  return placeAt(lines, offset)
}

function placeAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** Size and nesting, looked at before anything is parsed: a parser recurses, and a few bytes of `[` would end it. */
function findExcess(text: string): TextProblem | null {
  if (text.length > limits.characters) return { line: 1, column: 1, message: `the text is longer than ${limits.characters / 1024 / 1024} MiB` }
  let flow = 0
  const indents: number[] = []
  const rows = text.split('\n')
  for (const [index, row] of rows.entries()) {
    const indent = row.length - row.trimStart().length
    if (row.trim() !== '' && flow === 0) {
      while (indents.length > 0 && indents.at(-1)! >= indent) indents.pop()
      indents.push(indent)
    }
    const dashes = /^\s*(?:[-?]\s+)*/.exec(row)![0].split(/[-?]/).length - 1
    flow = Math.max(0, flow + flowDepth(row))
    if (indents.length + dashes + Math.max(flow, deepestFlow(row)) > limits.depth) return { line: index + 1, column: indent + 1, message: `nested deeper than ${limits.depth} levels` }
  }
  return null
}

function flowDepth(row: string): number {
  let depth = 0
  for (const character of unquoted(row)) depth += character === '[' || character === '{' ? 1 : character === ']' || character === '}' ? -1 : 0
  return depth
}

function deepestFlow(row: string): number {
  let depth = 0
  let deepest = 0
  for (const character of unquoted(row)) {
    depth += character === '[' || character === '{' ? 1 : character === ']' || character === '}' ? -1 : 0
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** Without what is in quotes. What follows a quote that does not end stays: each may be searched to its end but once. */
function unquoted(row: string): string {
  return row.replace(/"(?:[^"\\]+|\\.?)*("|$)|'[^']*'/g, (quoted, end: string | undefined) => (end === '' ? quoted : ''))
}

// Kubernetes reads YAML through sigs.k8s.io/yaml, that is go-yaml v2: neither the "1.1" nor the "1.2" of the yaml package.
// 0644 is octal and yes/on/n are booleans (as in 1.1), but dates and 12:30:45 stay strings, 0o17 and 08 are numbers.
function kubernetesTags(failsafe: Tags): Tags {
  const isText = (tag: Tags[number]) => typeof tag !== 'string' && 'default' in tag && tag.default === true && tag.tag.endsWith(':str')
  return [...failsafe.filter((tag) => !isText(tag)), ...scalarTags, ...failsafe.filter(isText)]
}

function scalar(kind: string, test: RegExp, resolve: (text: string) => unknown): ScalarTag {
  return { tag: `tag:yaml.org,2002:${kind}`, default: true, test, resolve }
}

const scalarTags: ScalarTag[] = [
  scalar('null', /^(?:~|[Nn]ull|NULL)?$/, () => null),
  scalar('bool', /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/, () => true),
  scalar('bool', /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/, () => false),
  scalar('int', /^[-+]?(?:0[bB][01_]+|0[oO]?[0-7_]+|0[xX][0-9a-fA-F_]+|0|[1-9][0-9_]*)$/, readInteger),
  scalar('float', /^[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/, (text) => Number(text.replaceAll('_', ''))),
]

function readInteger(text: string): number {
  const digits = text.replaceAll('_', '')
  const sign = digits.startsWith('-') ? -1 : 1
  const unsigned = digits.replace(/^[-+]/, '')
  const based = /^0([bBoOxX]?)(.+)$/.exec(unsigned)
  if (!based) return sign * Number(unsigned)
  const base = { b: 2, o: 8, x: 16 }[based[1]!.toLowerCase()] ?? 8
  return sign * Number.parseInt(based[2]!, base)
}
