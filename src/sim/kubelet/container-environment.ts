// Upstream: pkg/kubelet/kubelet_pods.go makeEnvironmentVariables, third_party/forked/golang/expansion (v1.36). Left out: resources of huge pages, file keys, what comes after 2 MiB of variables (no process starts with them).
import type { ConfigMap, Container, EnvVar, Pod, ResourceFieldSelector, Secret, Service } from '../api/generated/types.ts'
import { milliValue, wholeValue } from '../api/quantity.ts'
import { longestList } from '../runtime/argument-list.ts'
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
  const variables = new Variables()
  const namespace = pod.metadata.namespace ?? 'default'
  for (const service of services) for (const [name, value] of serviceVariables(service)) variables.set(name, value)
  for (const { configMapRef, secretRef, prefix = '' } of container.envFrom ?? []) {
    const kind = configMapRef ? 'configmap' : 'secret'
    const reference = configMapRef ?? secretRef
    if (!reference?.name) continue
    const found = configMapRef ? source.configMap(namespace, reference.name) : source.secret(namespace, reference.name)
    if (!found && !reference.optional) return { ok: false, error: `${kind} "${reference.name}" not found` }
    for (const [key, value] of variables.areFull ? [] : Object.entries(found?.data ?? {})) variables.set(prefix + key, configMapRef ? value : decodeBase64(value))
  }
  for (const variable of container.env ?? []) {
    if (variables.areFull) break
    const value = valueOf(pod, container, variable, variables.values, source)
    if (typeof value === 'object' && value !== null) return { ok: false, error: value.error }
    if (value !== null) variables.set(variable.name, value)
  }
  return { ok: true, values: variables.values }
}

/** Variables as they are collected. */
class Variables {
  readonly values = new Map<string, string>()
  private letters = 0

  /** True when there is no use in any more: no process starts with so many, unless the same are set again and again. */
  get areFull(): boolean {
    return this.letters > longestList
  }

  set(name: string, value: string): void {
    this.values.set(name, value)
    this.letters += name.length + value.length
  }
}

/** The Services that a pod is told of. */
export function servicesOf(pod: Pod, source: EnvironmentSource): readonly Service[] {
  const namespace = pod.metadata.namespace ?? 'default'
  return linkedServices(source.services(namespace), namespace, pod.spec.enableServiceLinks !== false)
}

/** `$(NAME)` becomes the value, `$$` a dollar sign; a name that is not set stays as it is written, and what no process can be started with. `before`: how many letters there are already. */
export function expandReferences(text: string, values: ReadonlyMap<string, string>, before = 0): string {
  if (!text.includes('$')) return text
  let length = before + text.length
  return text.replaceAll(/\$(?:\$|\(([^()]*)\))/g, (whole, name: string | undefined) => {
    const value = name === undefined ? '$' : (values.get(name) ?? whole)
    length += value.length - whole.length
    return length > longestList ? whole : value
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
    const value = secret?.data && Object.hasOwn(secret.data, key) ? secret.data[key] : undefined
    if (value !== undefined) return decodeBase64(value)
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
  const isNamed = ({ name }: Container) => name === containerName
  const container = (containerName && (pod.spec.containers.find(isNamed) ?? pod.spec.initContainers?.find(isNamed))) || own
  const [kind = '', name = ''] = resource.split(/\.(.*)/)
  const told = (kind === 'limits' ? container.resources?.limits : container.resources?.requests)?.[name]
  const isCpu = name === 'cpu'
  const whole = told === undefined ? (kind === 'limits' ? ((isCpu ? allocatable.cpuMilli : name === 'memory' ? allocatable.memory : allocatable['ephemeral-storage']) ?? 0) : 0) : isCpu ? milliValue(told) : wholeValue(told)
  const unit = !divisor || divisor === '0' ? (isCpu ? 1000 : 1) : isCpu ? milliValue(divisor) : wholeValue(divisor)
  return String(Math.ceil(whole / unit))
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
