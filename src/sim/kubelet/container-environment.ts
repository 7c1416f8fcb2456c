// Upstream: pkg/kubelet/kubelet_pods.go makeEnvironmentVariables, third_party/forked/golang/expansion (v1.36). Left out: resources of huge pages, file keys, exec's own error for variables that are too long (they are a wrong configuration here).
import type { ConfigMap, Container, EnvVar, Pod, ResourceFieldSelector, Secret, Service } from '../api/generated/types.ts'
import { milliValue, wholeValue } from '../api/quantity.ts'
import type { Amounts } from './node-status.ts'
import { linkedServices, serviceVariables } from './service-environment.ts'

/** Where values come from that are not in the manifest. */
export interface EnvironmentSource {
  /** The API server gave no answer: what was not found may be there. */
  readonly isCut?: boolean
  configMap(namespace: string, name: string): ConfigMap | null
  secret(namespace: string, name: string): Secret | null
  /** Services of the pod's namespace and the API's own, as this kubelet has seen them. */
  services(namespace: string): readonly Service[]
  readonly nodeName: string
  readonly nodeIPs: readonly string[]
  readonly podIPs: readonly string[]
  /** What a container without a limit may use. */
  readonly allocatable: Amounts
}

export type Environment = { readonly ok: true; readonly values: ReadonlyMap<string, string> } | { readonly ok: false; readonly error: string }

/** The variables of a container: the linked Services' first, envFrom over them, env over both; `$(NAME)` is replaced by what was set before. */
export function environmentOf(pod: Pod, container: Container, source: EnvironmentSource, services: readonly Service[] = servicesOf(pod, source)): Environment {
  const values = new Map<string, string>()
  const namespace = pod.metadata.namespace ?? 'default'
  for (const service of services) for (const [name, value] of serviceVariables(service)) values.set(name, value)
  for (const { configMapRef, secretRef, prefix = '' } of container.envFrom ?? []) {
    const kind = configMapRef ? 'configmap' : 'secret'
    const reference = configMapRef ?? secretRef
    if (!reference?.name) continue
    const found = configMapRef ? source.configMap(namespace, reference.name)?.data : decoded(source.secret(namespace, reference.name))
    const exists = configMapRef ? source.configMap(namespace, reference.name) : source.secret(namespace, reference.name)
    if (!exists && !reference.optional) return { ok: false, error: `${kind} "${reference.name}" not found` }
    for (const [key, value] of Object.entries(found ?? {})) values.set(prefix + key, value)
  }
  let letters = 0
  for (const variable of container.env ?? []) {
    const value = valueOf(pod, container, variable, values, source)
    if (typeof value === 'object' && value !== null) return { ok: false, error: value.error }
    if (value !== null) values.set(variable.name, value)
    letters += value?.length ?? 0
    if (letters > mostLetters) return { ok: false, error: 'argument list too long' }
  }
  return { ok: true, values }
}

/** The Services that a pod is told of. */
export function servicesOf(pod: Pod, source: EnvironmentSource): readonly Service[] {
  const namespace = pod.metadata.namespace ?? 'default'
  return linkedServices(source.services(namespace), namespace, pod.spec.enableServiceLinks !== false)
}

/** Linux starts no process with more: what would be longer stays as it is written. */
const mostLetters = 2 * 1024 * 1024

/** `$(NAME)` becomes the value, `$$` a dollar sign; a name that is not set stays as it is written. `before`: how many letters there are already. */
export function expandReferences(text: string, values: ReadonlyMap<string, string>, before = 0): string {
  if (!text.includes('$')) return text
  let length = before + text.length
  return text.replaceAll(/\$(?:\$|\(([^()]*)\))/g, (whole, name: string | undefined) => {
    const value = name === undefined ? '$' : (values.get(name) ?? whole)
    length += value.length - whole.length
    return length > mostLetters ? whole : value
  })
}

function valueOf(pod: Pod, container: Container, variable: EnvVar, values: ReadonlyMap<string, string>, source: EnvironmentSource): string | null | { readonly error: string } {
  const from = variable.valueFrom
  if (!from) return expandReferences(variable.value ?? '', values)
  const namespace = pod.metadata.namespace ?? 'default'
  if (from.fieldRef) return fieldOf(pod, from.fieldRef.fieldPath, source)
  if (from.resourceFieldRef) return resourceOf(pod, container, from.resourceFieldRef, source.allocatable)
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef
    const map = source.configMap(namespace, name)
    const value = map?.data && Object.hasOwn(map.data, key) ? map.data[key] : undefined
    if (value !== undefined) return value
    return optional ? null : { error: map ? `couldn't find key ${key} in ConfigMap ${namespace}/${name}` : `configmap "${name}" not found` }
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef
    const secret = source.secret(namespace, name)
    const value = new Map(Object.entries(decoded(secret))).get(key)
    if (value !== undefined) return value
    return optional ? null : { error: secret ? `couldn't find key ${key} in Secret ${namespace}/${name}` : `secret "${name}" not found` }
  }
  return ''
}

/** A field of the pod as its containers see it. */
export function fieldOf(pod: Pod, path: string, source: EnvironmentSource): string {
  const keyed = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path)
  if (keyed) {
    const values = (keyed[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations) ?? {}
    return Object.hasOwn(values, keyed[2]!) ? (values[keyed[2]!] ?? '') : ''
  }
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name
    case 'metadata.namespace':
      return pod.metadata.namespace ?? ''
    case 'metadata.uid':
      return pod.metadata.uid
    case 'spec.nodeName':
      return source.nodeName
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? 'default'
    case 'status.hostIP':
      return source.nodeIPs[0] ?? ''
    case 'status.hostIPs':
      return source.nodeIPs.join(',')
    case 'status.podIP':
      return source.podIPs[0] ?? ''
    case 'status.podIPs':
      return source.podIPs.join(',')
    default:
      return ''
  }
}

/** A request or limit of a container, in whole divisors, rounded up; a limit that is not set is what the node has for pods. */
function resourceOf(pod: Pod, own: Container, { containerName, resource, divisor }: ResourceFieldSelector, allocatable: Amounts): string {
  const container = containerName ? ([...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(({ name }) => name === containerName) ?? own) : own
  const [kind = '', name = ''] = resource.split(/\.(.*)/)
  const told = (kind === 'limits' ? container.resources?.limits : container.resources?.requests)?.[name]
  const isCpu = name === 'cpu'
  const whole = told === undefined ? (kind === 'limits' ? ((isCpu ? allocatable.cpuMilli : name === 'memory' ? allocatable.memory : allocatable['ephemeral-storage']) ?? 0) : 0) : isCpu ? milliValue(told) : wholeValue(told)
  const unit = !divisor || divisor === '0' ? (isCpu ? 1000 : 1) : isCpu ? milliValue(divisor) : wholeValue(divisor)
  return String(Math.ceil(whole / unit))
}

function decoded(secret: Secret | null): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, decodeBase64(value)]))
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Bytes as characters: what scripts print of a secret. */
export function decodeBase64(text: string): string {
  let bits = 0
  let count = 0
  let result = ''
  for (const character of text) {
    const value = alphabet.indexOf(character)
    if (value < 0) continue
    bits = ((bits << 6) | value) & 0xffffff
    count += 6
    if (count >= 8) {
      count -= 8
      result += String.fromCharCode((bits >> count) & 255)
    }
  }
  return result
}
