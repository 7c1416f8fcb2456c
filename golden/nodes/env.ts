import type { ConfigMap, Container, EnvVar, Pod, PodSpec, Service } from '../../src/sim/api/generated/types.ts'
import { must } from '../../src/sim/api/status.ts'
import type { Draft } from '../../src/sim/client/component.ts'
import { environmentOf, fieldOf, type EnvironmentSource } from '../../src/sim/kubelet/container-environment.ts'
import { hostnameOf, hostsEntries, resolverOf } from '../../src/sim/kubelet/pod-dns.ts'
import { linkedServices, serviceVariables } from '../../src/sim/kubelet/service-environment.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { partialDifference } from './partial.ts'
import { PlayedNode } from './played-node.ts'

/** Variables of Services and of the pod itself, what is missing, host names and resolvers. */
export const env: GoldenSet = {
  name: 'nodes/env',
  run: ({ in: input, out }) => partialDifference(out, answered(input)),
}

const source: EnvironmentSource = { configMap: () => null, secret: () => null, services: () => [], nodeName: 'n1', nodeIPs: [], podIPs: [], allocatable: { cpuMilli: 4000, memory: 8_000_000_000 } }
const apiService = serviceOf({ namespace: 'default', name: 'kubernetes', clusterIP: '10.96.0.1' })

function answered(input: GoldenCase['in']): unknown {
  if (input.service) return { env: serviceVariables(serviceOf(input.service)).map(([name, value]) => ({ name, value })) }
  if (input.serviceCreatedAfterStart) return seenServices()
  if (input.services && !Array.isArray(input.services)) return { env: precedence(input) }
  if (input.podNamespace) return { services: linkedServices((input.services ?? [apiService, { name: 'other', namespace: input.podNamespace, clusterIP: '10.96.0.9' }]).map(serviceOf), input.podNamespace, input.enableServiceLinks).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`) }
  if (input.optional !== undefined) return { env: optionalMissing(input) }
  if (input.configMap || input.secret) return { waiting: missing(input) }
  if (input.pod) return { values: downward(input.pod) }
  if (input.pods) return { hostnames: input.pods.map((pod: PodInput) => host(pod, input.clusterDomain).hostname), fqdn: input.pods.map((pod: PodInput) => host(pod, input.clusterDomain).fqdn) }
  if (input.nameLength) return { hostnameLength: host({ name: 'x'.repeat(input.nameLength) }, '').hostname.length }
  if (input.dnsPolicy) return resolver(input)
  if (input.nameservers) return nameservers(input.nameservers)
  if (input.searches) return { used: resolverOf(podOf({ dnsPolicy: 'None', dnsConfig: { searches: Array.from({ length: input.searches }, (_, at) => `d${at}.test`) } }), noDns).resolver.search.length }
  if (input.hostname) return { entries: hostsEntries(podOf({ hostAliases: input.hostAliases }), [input.podIP], { hostname: input.hostname, fqdn: null }) }
  throw new Error('a form of case that is not played')
}

const noDns = { clusterDNS: [], clusterDomain: 'cluster.local', host: { nameservers: [], search: [], options: [] } }

interface PodInput {
  readonly name: string
  readonly namespace?: string
  readonly node?: string
}

function serviceOf(input: GoldenCase['in']): Service {
  if (input.metadata) return input as Service
  const { name, namespace, ...spec } = input
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec } as unknown as Service
}

function podOf(spec: Partial<PodSpec>, metadata: object = { name: 'web', namespace: 'ns1' }): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], ...spec }, status: {} } as unknown as Pod
}

function host({ name, namespace, node = 'n1', ...spec }: PodInput & Partial<PodSpec>, clusterDomain: string): ReturnType<typeof hostnameOf> {
  return hostnameOf(podOf(spec, { name, namespace }), node, clusterDomain)
}

/** What a Service adds is named after it: the variables of the case are its addresses. */
function precedence(input: GoldenCase['in']): Readonly<Record<string, string>> {
  const services = Object.entries(input.services as Record<string, string>).map(([name, clusterIP]) => serviceOf({ name: name.toLowerCase(), namespace: 'ns1', clusterIP }))
  const own = (name: string) => (name in input.services ? `${name}_SERVICE_HOST` : name)
  const maps: ConfigMap[] = input.envFrom.map((data: Record<string, string>, at: number) => ({ metadata: { name: `map-${at}` }, data: Object.fromEntries(Object.entries(data).map(([name, value]) => [own(name), value])) }))
  const container = { name: 'app', envFrom: maps.map(({ metadata: { name } }) => ({ configMapRef: { name } })), env: input.env.map(({ name, value }: EnvVar) => ({ name: own(name), value })) } as unknown as Container
  const made = environmentOf(podOf({}), container, { ...source, services: () => services, configMap: (_, name) => maps.find(({ metadata }) => metadata.name === name) ?? null })
  const values: readonly (readonly [string, string])[] = made.ok ? [...made.values] : []
  return Object.fromEntries(values.map(([name, value]) => [name.replace(/_SERVICE_HOST$/, ''), value]))
}

function optionalMissing(input: GoldenCase['in']): unknown {
  const { optional } = input
  const container = {
    name: 'app',
    envFrom: [{ configMapRef: { name: 'none', optional } }, { secretRef: { name: 'none', optional } }],
    env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'a', optional } } }, { name: 'B', valueFrom: { configMapKeyRef: { name: 'some', key: 'b', optional } } }, { name: 'C', valueFrom: { secretKeyRef: { name: 'none', key: 'c', optional } } }],
  } as unknown as Container
  const made = environmentOf(podOf({}), container, { ...source, configMap: (_, name) => (name === 'some' ? ({ data: {} } as ConfigMap) : null) })
  return made.ok && made.values.size === 0 ? {} : made
}

/** How a pod waits that asks for what is not there: played on a kubelet. */
function missing(input: GoldenCase['in']): unknown {
  const world = new PlayedNode()
  const name = input.configMap ?? input.secret
  const kind = input.configMap ? 'configMap' : 'secret'
  if (input.key) {
    const draft = { apiVersion: 'v1', kind: input.configMap ? 'ConfigMap' : 'Secret', metadata: { name, namespace: 'default' }, data: {} }
    if (input.configMap) must(world.cluster.client.create('configmaps', draft as unknown as Draft<'configmaps'>))
    else must(world.cluster.client.create('secrets', draft as unknown as Draft<'secrets'>))
  }
  const container = input.key ? { env: [{ name: 'A', valueFrom: { [`${kind}KeyRef`]: { name, key: input.key } } }] } : { envFrom: [{ [`${kind}Ref`]: { name } }] }
  world.run({ containers: [{ name: 'app', image: 'plain:1', ...container } as unknown as Container] })
  world.until(() => world.status()?.state?.waiting?.reason === 'CreateContainerConfigError', 60_000)
  return world.status()?.state?.waiting
}

function downward({ podIPs, hostIPs, nodeName, serviceAccountName, ...metadata }: GoldenCase['in']): unknown {
  const pod = podOf({ serviceAccountName }, metadata)
  const paths = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.podIP', 'status.podIPs', 'status.hostIP', 'status.hostIPs']
  const keyed = (field: 'labels' | 'annotations') => Object.keys(metadata[field] ?? {}).map((key) => `metadata.${field}['${key}']`)
  return Object.fromEntries([...paths, ...keyed('labels'), ...keyed('annotations')].map((path) => [path, fieldOf(pod, path, { ...source, nodeName, nodeIPs: hostIPs, podIPs })]))
}

function resolver(input: GoldenCase['in']): unknown {
  const { dnsPolicy, namespace, hostNetwork, dnsConfig, ...settings } = input
  return resolverOf(podOf({ dnsPolicy, ...(hostNetwork && { hostNetwork }), ...(dnsConfig && { dnsConfig }) }, { name: 'web', namespace }), settings).resolver
}

function nameservers(servers: readonly string[]): unknown {
  const { resolver: found, warnings } = resolverOf(podOf({ dnsPolicy: 'None', dnsConfig: { nameservers: servers } }), noDns)
  return { nameservers: found.nameservers, event: { type: 'Warning', reason: 'DNSConfigForming', message: warnings[0] } }
}

/** A container that prints its variables, once before and once after a Service is made. */
function seenServices(): unknown {
  const world = new PlayedNode()
  world.run({ containers: [{ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', 'printenv LATER_SERVICE_HOST; sleep 20; exit 1'] }] })
  world.until(() => world.isRunning())
  must(world.cluster.client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'later', namespace: 'default' }, spec: { ports: [{ port: 80 }] } } as unknown as Draft<'services'>))
  world.advance(10_000)
  const seen = (record: ReturnType<typeof world.newest>) => record !== undefined && world.node.runtime.logOf(record).some(({ text }) => text.startsWith('10.96.'))
  const before = seen(world.newest())
  world.until(() => world.newest()?.attempt === 1 && world.isRunning())
  world.advance(1000)
  return { seen: before, seenAfterRestart: seen(world.newest()) }
}
