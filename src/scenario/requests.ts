import { isObject, type JsonObject } from '../sim/api/patch/json-values.ts'
import type { ApiRequest, PatchType, RequestOptions, Verb } from '../sim/api/request.ts'

const verbs: readonly string[] = ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'] satisfies Verb[]
const patchTypes: readonly string[] = ['json', 'merge', 'strategic'] satisfies PatchType[]

type Form = (value: unknown) => boolean
const text: Form = (value) => typeof value === 'string'
const flag: Form = (value) => typeof value === 'boolean'
const count: Form = (value) => Number.isSafeInteger(value)
const oneOf = (known: readonly string[]): Form => (value) => typeof value === 'string' && known.includes(value)

const optionForms: Readonly<Record<keyof RequestOptions, Form>> = {
  labelSelector: text, fieldSelector: text, limit: count, continue: text, resourceVersion: text, resourceVersionMatch: text,
  allowWatchBookmarks: flag, dryRun: flag, fieldValidation: oneOf(['Strict', 'Warn', 'Ignore']), fieldManager: text, container: text, previous: flag, tailLines: count,
}

/** What a URL says is text; what a body says is the API's to judge. Who asks is never the sender's to say. */
const forms: Readonly<Record<Exclude<keyof ApiRequest, 'user'>, Form>> = {
  verb: oneOf(verbs), group: text, version: text, resource: text, namespace: text, name: text, subresource: text,
  patchType: oneOf(patchTypes), body: () => true,
  options: (value) => isObject(value) && Object.entries(value).every(([name, option]) => fits(optionForms, name, option)),
}

/** Why this is no request to the API server by its form. */
export function wrongRequest(request: JsonObject): string | null {
  const missing = ['verb', 'group', 'version', 'resource'].find((name) => request[name] === undefined)
  if (missing !== undefined) return `request needs ${missing}`
  const wrong = Object.keys(request).find((name) => !fits(forms, name, request[name]))
  return wrong === undefined ? null : `request cannot have ${wrong} ${JSON.stringify(request[wrong]).slice(0, 40)}`
}

function fits(known: Readonly<Record<string, Form>>, name: string, value: unknown): boolean {
  return Object.hasOwn(known, name) && known[name]!(value)
}
