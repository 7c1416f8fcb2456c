import type { ApplyPreview } from '../../bridge/protocol.ts'
import { parseManifests, type ManifestDocument, type TextProblem } from '../../scenario/yaml.ts'
import { splitKey, type KubernetesObject, type ObjectKey } from '../../sim/api/objects.ts'
import type { ApiRequest } from '../../sim/api/request.ts'
import { definitionOf, type Resource } from '../../sim/api/resources.ts'
import type { Result, Status } from '../../sim/api/status.ts'
import type { Manifest } from '../../sim/cluster/run.ts'
import { currentView, theSimulation } from '../stores/simulation-store.ts'
import { editableYaml, problemsOf, replacementOf, warningsOf } from './documents.ts'

/** What the editor holds: an object of the cluster, or manifests to come. */
export type Target = { readonly kind: 'object'; readonly resource: Resource; readonly key: ObjectKey } | { readonly kind: 'new' }

/** One document: what it does, and its text before and after. */
export interface ReviewedDocument {
  readonly name: string
  readonly action: ApplyPreview['action']
  readonly before: string
  readonly after: string
}

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
  readonly parsed: readonly ManifestDocument[]
  readonly target: Target
  readonly initial: string
}

/** Tries it out, with a dry run. `initial` is the text that an edit began with. */
export async function review(target: Target, text: string, initial: string): Promise<Review> {
  const { documents, problems } = parseManifests(text)
  const base = { parsed: documents, target, initial, warnings: [], done: false, conflict: false }
  if (problems.length > 0) return { ...base, documents: [], problems, canApply: false, summary: countProblems(problems.length) }
  if (documents.length === 0) return { ...base, documents: [], problems: [{ line: 1, column: 1, message: 'there is no manifest here' }], canApply: false, summary: 'There is no manifest here.' }
  return target.kind === 'object' ? reviewEdit(base, target, documents) : reviewApply(base, documents)
}

/** Does what was reviewed, and tells how it went. */
export async function applyReview(reviewed: Review): Promise<Review> {
  const { target, parsed, initial } = reviewed
  const simulation = theSimulation()
  const manifests = parsed.map(({ manifest }) => manifest)
  const result = target.kind === 'object' ? await simulation.command({ kind: 'request', request: updateRequest(target, manifests[0]!, initial) }) : await simulation.command({ kind: 'apply', manifests })
  if (!result.ok) return refusedReview(reviewed, result.status, parsed[0]!)
  const done = { ...reviewed, documents: [], canApply: false, done: true, summary: manifests.length === 1 ? 'Applied.' : `Applied ${manifests.length} objects.` }
  if (target.kind === 'object') return { ...done, stored: result.value as KubernetesObject, warnings: warningsOf([result.warnings ?? []], parsed) }
  const applied = result.value as readonly ApplyPreview[]
  const warnings = warningsOf(applied.map((document) => document.warnings), parsed)
  // What only came to light together, as two Services that want one node port.
  const problems = refusalsOf(applied, parsed)
  return problems.length === 0 ? { ...done, warnings } : { ...done, warnings, problems, done: false, summary: `${countProblems(problems.length)} ${applied.filter(({ refusal }) => refusal === null).length} of ${applied.length} objects were applied.` }
}

type Base = Pick<Review, 'parsed' | 'target' | 'initial' | 'warnings' | 'done' | 'conflict'>

/** An edit is a PUT, as with kubectl edit: what was taken out is taken out, and a stale version is a conflict. */
async function reviewEdit(base: Base, target: Extract<Target, { kind: 'object' }>, documents: readonly ManifestDocument[]): Promise<Review> {
  const [document, second] = documents
  if (second) return { ...base, documents: [], problems: [{ line: second.line, column: 1, message: 'one object is edited here; use New for several' }], canApply: false, summary: 'One object is edited here; use New for several.' }
  const request = updateRequest(target, document!.manifest, base.initial)
  const result = (await theSimulation().ask({ kind: 'read', request: { ...request, options: { ...request.options, dryRun: true } } })) as Result<KubernetesObject>
  if (!result.ok) return refusedReview({ ...base, documents: [], problems: [], canApply: false, summary: '' }, result.status, document!)
  const live = currentView().objects[target.resource].get(target.key) as KubernetesObject | undefined
  const before = live ? editableYaml(live) : ''
  const after = editableYaml(result.value)
  const action = before === after ? 'unchanged' : 'configure'
  return { ...base, documents: [{ name: nameOf(target), action, before, after }], problems: [], warnings: warningsOf([result.warnings ?? []], documents), canApply: true, summary: action === 'unchanged' ? 'Nothing changes.' : 'This changes:' }
}

async function reviewApply(base: Base, documents: readonly ManifestDocument[]): Promise<Review> {
  const answer = (await theSimulation().ask({ kind: 'preview', manifests: documents.map(({ manifest }) => manifest) })) as Result<readonly ApplyPreview[]>
  if (!answer.ok) return refusedReview({ ...base, documents: [], problems: [], canApply: false, summary: '' }, answer.status, documents[0]!)
  const problems = refusalsOf(answer.value, documents)
  const reviewed = answer.value.map(({ name, action, before, after }) => ({ name, action, before: before ? editableYaml(before) : '', after: after ? editableYaml(after) : '' }))
  const warnings = warningsOf(answer.value.map((document) => document.warnings), documents)
  return { ...base, documents: reviewed, problems, warnings, canApply: problems.length === 0, summary: problems.length > 0 ? `${countProblems(problems.length)} Nothing was applied.` : summaryOf(reviewed) }
}

function refusalsOf(applied: readonly ApplyPreview[], documents: readonly ManifestDocument[]): readonly TextProblem[] {
  return applied.flatMap(({ index, refusal }) => (refusal ? problemsOf(refusal, documents[index]!) : []))
}

function refusedReview(review: Review, status: Status, document: ManifestDocument): Review {
  const conflict = status.reason === 'Conflict'
  const problems = conflict ? [] : problemsOf(status, document)
  const summary = conflict ? 'It was changed in the cluster meanwhile. Load the newest, and make your change again.' : `${countProblems(problems.length)} Nothing was applied.`
  return { ...review, documents: [], problems, canApply: false, conflict, summary, done: false }
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
  return count === 1 ? 'One problem.' : `${count} problems.`
}
