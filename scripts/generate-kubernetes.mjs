// Generates what the project knows of Kubernetes' own types, out of the npm package @kubernetes/client-node (OpenAPI, release 1.36):
//   src/sim/api/generated/schema.json         lean JSON Schema: strict decoding in the API server
//   src/sim/api/generated/types.ts            plain-data interfaces of *stored* objects (frozen, defaulted: see GUARANTEED)
//   src/ui/editor/generated/kubernetes.schema.json   the same schema with its documentation, for the editor
// The package's files are read, never imported: importing it on Node 20 fails. Runs at install and build; its output is not committed.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENUMS, GUARANTEED, KINDS, NAMES, QUANTITY_FIELDS, QUANTITY_MAPS } from './kubernetes-facts.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const models = join(root, 'node_modules/@kubernetes/client-node/dist/gen/models')
const modelNames = new Set(readdirSync(models).filter((file) => file.endsWith('.d.ts')).map((file) => file.slice(0, -'.d.ts'.length)))

/** The name of a model as Kubernetes writes it: V1PodSpec → PodSpec, CoreV1Event → Event. */
const kubernetesName = (model) => NAMES.get(model) ?? model.replace(/^(?:Core|Rbac|Discovery|Events|Storage)?V\d+(?:(?:alpha|beta)\d+)?(?=[A-Z])/, '')

const definitions = {
  Quantity: { description: 'Fixed-point number: 100m, 0.5, 128Mi, 1e3.', oneOf: [{ type: 'string', pattern: '^[+-]?[0-9.]+([eE][-+]?[0-9]+|[numkMGTPE]i?|Ki)?$' }, { type: 'number' }] },
  IntOrString: { description: 'An integer or a string (for example 25%).', oneOf: [{ type: 'integer' }, { type: 'string' }] },
}
const documentation = fieldDocumentation()

/**
 * client-node drops the description of every field whose type is another model (spec, template, selector …);
 * kubernetes-types (1.30) still has them.
 */
function fieldDocumentation() {
  const docs = new Map()
  const folder = join(root, 'node_modules/kubernetes-types')
  for (const file of readdirSync(folder, { recursive: true }).map(String).filter((name) => name.endsWith('.d.ts'))) {
    let owner = null
    let doc = null
    let open = null
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      let match
      if ((match = /^export interface (\w+)/.exec(line))) [owner, doc] = [match[1], null]
      else if ((match = /^ {4}\/\*\* (.*) \*\/$/.exec(line))) doc = match[1]
      else if (/^ {4}\/\*\*\s*$/.test(line)) open = []
      else if (open && /^ {5}\*\//.test(line)) [doc, open] = [open.join('\n'), null]
      else if (open) open.push(line.replace(/^ {5}\* ?/, ''))
      else if (owner && (match = /^ {4}"?([\w$-]+)"?\??:/.exec(line))) {
        if (doc) docs.set(`${owner}.${match[1]}`, doc)
        doc = null
      }
    }
  }
  return docs
}

/** One model class of client-node: its description and its fields with type, format and documentation. */
function readModel(model) {
  const formats = new Map()
  const wireNames = new Map()
  const code = readFileSync(join(models, `${model}.js`), 'utf8')
  for (const match of code.matchAll(/"baseName": "([^"]+)",\s*"type": "[^"]+",\s*"format": "([^"]*)"/g)) formats.set(match[1], match[2])
  for (const match of code.matchAll(/"name": "([^"]+)",\s*"baseName": "([^"]+)"/g)) wireNames.set(match[1], match[2])
  const lines = readFileSync(join(models, `${model}.d.ts`), 'utf8').replace(/\{\s*\[key: string\]: ([^;]*);\s*\}/g, 'MapOf<$1>').split('\n')
  const found = { description: '', fields: [] }
  let doc = ''
  let open = null
  let inClass = false
  for (const line of lines) {
    let match
    if (/^\s*\/\*\*/.test(line)) open = []
    else if (open && /^\s*\*\//.test(line)) [doc, open] = [open.join('\n').replace(/\\(['"])/g, '$1').trim(), null]
    else if (open) open.push(line.replace(/^\s*\*\s?/, ''))
    else if (line.startsWith('export declare class')) [inClass, found.description, doc] = [true, doc, '']
    else if (inClass && /^\s*static /.test(line)) break
    else if (inClass && (match = /^ {4}'([^']+)'(\?)?: (.*);$/.exec(line))) {
      const name = wireNames.get(match[1]) ?? match[1]
      found.fields.push({ name, required: !match[2], type: match[3], format: formats.get(name) ?? '', description: doc })
      doc = ''
    }
  }
  return found
}

function schemaOf(type, field, owner) {
  let match
  if ((match = /^Array<(.*)>$/.exec(type))) return { type: 'array', items: schemaOf(match[1], field, owner) }
  if ((match = /^MapOf<(.*)>$/.exec(type))) {
    const quantity = match[1] === 'string' && QUANTITY_MAPS.has(field.name)
    return { type: 'object', additionalProperties: quantity ? { $ref: '#/definitions/Quantity' } : schemaOf(match[1], field, owner) }
  }
  if (type === 'string') {
    if (QUANTITY_FIELDS.has(field.name)) return { $ref: '#/definitions/Quantity' }
    const values = ENUMS[`${owner}.${field.name}`]
    return { type: 'string', ...(field.format ? { format: field.format } : {}), ...(values ? { enum: values } : {}) }
  }
  if (type === 'number') return { type: field.format.startsWith('int') ? 'integer' : 'number', ...(field.format ? { format: field.format } : {}) }
  if (type === 'boolean') return { type: 'boolean' }
  if (type === 'Date') return { type: 'string', format: 'date-time' }
  if (type === 'V1MicroTime') return { type: 'string', format: 'date-time-micro' }
  if (type === 'IntOrString') return { $ref: '#/definitions/IntOrString' }
  if (type === 'any' || type === 'object') return {}
  if (modelNames.has(type)) return { $ref: `#/definitions/${define(type)}` }
  throw new Error(`unknown type ${type} in ${owner}.${field.name}`)
}

function define(model) {
  const name = kubernetesName(model)
  if (definitions[name]) return name
  const read = readModel(model)
  const definition = (definitions[name] = { description: read.description, type: 'object' })
  if (read.fields.length === 0) return name
  definition.properties = {}
  definition.additionalProperties = false
  for (const field of read.fields) {
    const schema = schemaOf(field.type, field, name)
    const description = field.description || documentation.get(`${name}.${field.name}`)
    // A description beside $ref is overwritten by the definition's own; markdownDescription survives and wins in the editor.
    definition.properties[field.name] = !description ? schema : schema.$ref ? { ...schema, markdownDescription: description } : { description, ...schema }
  }
  const required = read.fields.filter((field) => field.required).map((field) => field.name)
  if (required.length > 0) definition.required = required
  return name
}

function defineKind({ group, version, kind, model }) {
  const definition = definitions[define(model ?? `${version[0].toUpperCase()}${version.slice(1)}${kind}`)]
  const apiVersion = group ? `${group}/${version}` : version
  definition.title = kind
  definition.properties.apiVersion = { ...definition.properties.apiVersion, enum: [apiVersion] }
  definition.properties.kind = { ...definition.properties.kind, enum: [kind] }
}

const undocumented = (value) => JSON.parse(JSON.stringify(value, (key, inner) => ((key === 'description' || key === 'markdownDescription') && typeof inner === 'string' ? undefined : inner)))

/** For the editor: every kind at the root, apiVersion and kind required, so that a wrong document gets one precise message. */
function editorSchema(kinds) {
  const roots = kinds.map(({ kind }) => kind)
  const all = Object.fromEntries(Object.entries(definitions).map(([name, definition]) => [name, roots.includes(name) ? { ...definition, required: ['apiVersion', 'kind', ...(definition.required ?? [])] } : definition]))
  return { $schema: 'http://json-schema.org/draft-07/schema#', definitions: all, oneOf: roots.map((kind) => ({ $ref: `#/definitions/${kind}` })) }
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split('/').pop()
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.type === 'array') return `readonly ${/ \| /.test(typeOf(schema.items)) ? `(${typeOf(schema.items)})` : typeOf(schema.items)}[]`
  if (schema.type === 'object') return schema.additionalProperties ? `Readonly<Record<string, ${typeOf(schema.additionalProperties)}>>` : 'Readonly<Record<string, unknown>>'
  return schema.type === 'integer' ? 'number' : (schema.type ?? 'unknown')
}

function types() {
  const out = ['// Generated by scripts/generate-kubernetes.mjs from @kubernetes/client-node, OpenAPI release 1.36. Do not edit.', 'export type Quantity = string', 'export type IntOrString = string | number']
  for (const [name, definition] of Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name === 'Quantity' || name === 'IntOrString') continue
    if (!definition.properties) {
      out.push(`export type ${name} = unknown`)
      continue
    }
    const always = new Set([...(definition.required ?? []), ...(GUARANTEED[name] ?? [])])
    out.push(`export interface ${name} {`)
    for (const [field, schema] of Object.entries(definition.properties)) out.push(`  readonly ${/^[A-Za-z_]\w*$/.test(field) ? field : JSON.stringify(field)}${always.has(field) ? '' : '?'}: ${typeOf(schema)}`)
    out.push('}')
  }
  return `${out.join('\n')}\n`
}

function write(path, text) {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

KINDS.forEach(defineKind)
write('src/sim/api/generated/types.ts', types())
write('src/sim/api/generated/schema.json', JSON.stringify({ definitions: undocumented(definitions) }))
write('src/ui/editor/generated/kubernetes.schema.json', JSON.stringify(editorSchema(KINDS.filter((kind) => !kind.internal))))
