import type { ApplyPreview } from '../../bridge/protocol.ts'
import type { TextProblem } from '../../scenario/yaml.ts'
import { splitKey, type KubernetesObject, type ObjectKey } from '../../sim/api/objects.ts'
import type { ApiRequest } from '../../sim/api/request.ts'
import { definitionOf, type Resource } from '../../sim/api/resources.ts'
import type { Result, Status } from '../../sim/api/status.ts'
import type { Manifest } from '../../sim/cluster/run.ts'
import { currentView, theSimulation } from '../stores/simulation-store.ts'
import { editableYaml, problemsOf, replacementOf, warningsOf, type Remark } from './documents.ts'
import type { ManifestReader, ReadText } from './manifest-reader.ts'

/** What the editor holds: an object of the cluster, or manifests to come. */
export type Target = { readonly kind: 'object'; readonly resource: Resource; readonly key: ObjectKey } | { readonly kind: 'new' }

/** One document: what it does, and the object before and after; they are printed when somebody looks. */
export type ReviewedDocument = Pick<ApplyPreview, 'name' | 'action' | 'before' | 'after'>

/** What applying would change, or why it cannot be applied. */
export interface Review {
  readonly documents: readonly ReviewedDocument[]
  readonly problems: readonly TextProblem[]
  /** What the server says besides; none of it stands in the way. */
  readonly warnings: readonly TextProblem[]
  readonly canApply: boolean
  /** Somebody else was faster. */
  readonly conflict: boolean
  readonly summary: string
  readonly done: boolean
  /** The edited object as it is now stored. */
  readonly stored?: KubernetesObject
  readonly text: ReadText
  readonly target: Target
  readonly initial: string
}

/** Tries it out, with a dry run. `initial` is the text that an edit began with. */
export async function review(reader: ManifestReader, target: Target, written: string, initial: string): Promise<Review> {
  const text = await reader.read(written)
  const { documents, problems } = text
  const base = { ...nothing, text, target, initial }
  if (problems.length > 0) return { ...base, problems: problems.slice(0, mostTold), summary: countProblems(problems.length) }
  if (documents.length === 0) return { ...base, problems: [{ line: 1, column: 1, message: 'there is no manifest here' }], summary: 'There is no manifest here.' }
  return target.kind === 'object' ? reviewEdit(reader, base, target) : reviewApply(reader, base)
}

/** Does what was reviewed, and tells how it went. */
export async function applyReview(reader: ManifestReader, reviewed: Review): Promise<Review> {
  const { target, text, initial } = reviewed
  const simulation = theSimulation()
  const manifests = text.documents.map(({ manifest }) => manifest)
  const result = target.kind === 'object' ? await simulation.command({ kind: 'request', request: updateRequest(target, manifests[0]!, initial) }) : await simulation.command({ kind: 'apply', manifests })
  if (!result.ok) return refusedReview(reader, reviewed, result.status)
  const done = { ...reviewed, documents: [], canApply: false, done: true, summary: manifests.length === 1 ? 'Applied.' : `Applied ${manifests.length} objects.` }
  if (target.kind === 'object') return { ...done, stored: result.value as KubernetesObject, warnings: await located(reader, text, warningsOf([result.warnings ?? []])) }
  const applied = result.value as readonly ApplyPreview[]
  const warnings = await located(reader, text, warningsOf(applied.map((document) => document.warnings)))
  // What only came to light together, as two Services that want one node port.
  const refusals = refusalsOf(applied, text)
  if (refusals.length === 0) return { ...done, warnings }
  const problems = await located(reader, text, refusals)
  return { ...done, warnings, problems, done: false, summary: `${countProblems(refusals.length)} ${applied.filter(({ refusal }) => refusal === null).length} of ${applied.length} objects were applied.` }
}

/** A review that has found nothing yet. */
const nothing = { documents: [], problems: [], warnings: [], canApply: false, conflict: false, summary: '', done: false }

/** An edit is a PUT, as with kubectl edit: what was taken out is taken out, and a stale version is a conflict. */
async function reviewEdit(reader: ManifestReader, base: Review, target: Extract<Target, { kind: 'object' }>): Promise<Review> {
  const { text, initial } = base
  const [document, second] = text.documents
  if (second) return { ...base, problems: [{ line: second.line, column: 1, message: 'one object is edited here; use New for several' }], summary: 'One object is edited here; use New for several.' }
  const request = updateRequest(target, document!.manifest, initial)
  const result = (await theSimulation().ask({ kind: 'read', request: { ...request, options: { ...request.options, dryRun: true } } })) as Result<KubernetesObject>
  if (!result.ok) return refusedReview(reader, base, result.status)
  const before = (currentView().objects[target.resource].get(target.key) as KubernetesObject | undefined) ?? null
  const after = result.value
  const action = before && editableYaml(before) === editableYaml(after) ? 'unchanged' : 'configure'
  const warnings = await located(reader, text, warningsOf([result.warnings ?? []]))
  return { ...base, documents: [{ name: nameOf(target), action, before, after }], warnings, canApply: true, summary: action === 'unchanged' ? 'Nothing changes.' : 'This changes:' }
}

async function reviewApply(reader: ManifestReader, base: Review): Promise<Review> {
  const { text } = base
  const answer = (await theSimulation().ask({ kind: 'preview', manifests: text.documents.map(({ manifest }) => manifest) })) as Result<readonly ApplyPreview[]>
  if (!answer.ok) return refusedReview(reader, base, answer.status)
  const refusals = refusalsOf(answer.value, text)
  const problems = await located(reader, text, refusals)
  const warnings = await located(reader, text, warningsOf(answer.value.map((document) => document.warnings)))
  return { ...base, documents: answer.value, problems, warnings, canApply: refusals.length === 0, summary: refusals.length > 0 ? `${countProblems(refusals.length)} Nothing was applied.` : summaryOf(answer.value) }
}

/** So many problems and so many warnings are told of one text. */
const mostTold = 1000

/** What was said, where it belongs in the text: the first of it. */
async function located(reader: ManifestReader, text: ReadText, remarks: readonly Remark[]): Promise<readonly TextProblem[]> {
  const told = remarks.slice(0, mostTold)
  const places = await reader.find(text, told)
  return told.map(({ message }, index) => ({ ...places[index]!, message }))
}

function refusalsOf(applied: readonly ApplyPreview[], { documents }: ReadText): readonly Remark[] {
  return applied.flatMap(({ index, refusal }) => (refusal ? problemsOf(refusal, index, documents[index]!) : []))
}

/** What was refused as a whole is told of the first document. */
async function refusedReview(reader: ManifestReader, review: Review, status: Status): Promise<Review> {
  const refused = { ...review, documents: [], canApply: false, done: false }
  if (status.reason === 'Conflict') return { ...refused, problems: [], conflict: true, summary: 'It was changed in the cluster meanwhile. Load the newest, and make your change again.' }
  const refusals = problemsOf(status, 0, review.text.documents[0]!)
  return { ...refused, problems: await located(reader, review.text, refusals), conflict: false, summary: `${countProblems(refusals.length)} Nothing was applied.` }
}

function updateRequest({ resource, key }: Extract<Target, { kind: 'object' }>, edited: Manifest, initial: string): Omit<ApiRequest, 'user'> {
  const body = replacementOf(currentView().objects[resource].get(key) as KubernetesObject | undefined, edited, initial)
  const { group, version, namespaced } = definitionOf(resource)
  const { namespace, name } = splitKey(key)
  return { verb: 'update', group, version, resource, name, ...(namespaced && namespace ? { namespace } : {}), body, options: { fieldValidation: 'Strict', fieldManager: 'kubectl-edit' } }
}

function nameOf({ resource, key }: Extract<Target, { kind: 'object' }>): string {
  return `${definitionOf(resource).singular}/${splitKey(key).name}`
}

function summaryOf(documents: readonly ReviewedDocument[]): string {
  const count = (action: ApplyPreview['action']) => documents.filter((document) => document.action === action).length
  const parts = [[count('create'), 'new'], [count('configure'), 'changed'], [count('unchanged'), 'unchanged']] as const
  return `${parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`).join(', ')}.`
}

function countProblems(count: number): string {
  if (count > mostTold) return `${count.toLocaleString('en')} problems; these are the first ${mostTold.toLocaleString('en')}.`
  return count === 1 ? 'One problem.' : `${count} problems.`
}
