import { pausePod, type Bench } from './conformance.ts'

/** Two pods that have one port under one name at two numbers, and three Services: of one of them, of both by the name, and of none. */
export function createServicesOverTwoPods(bench: Bench): void {
  const ports = (...list: readonly (readonly [string, number])[]) => ({ containers: [{ name: 'container1', image: 'nginx:1.27', ports: list.map(([name, containerPort]) => ({ name, containerPort })) }] })
  bench.create('pods', pausePod('pod1', { pod1: 'on', shared12: 'on' }, ports(['example-name', 3000])))
  bench.create('pods', pausePod('pod2', { pod2: 'on', shared12: 'on' }, ports(['example-name', 3001], ['other-port', 3002])))
  bench.within(300_000, 'the pods have addresses', () => bench.list('pods').every(({ status }) => status.podIP !== undefined))
  const service = (name: string, selector: object, port: object) => bench.create('services', { metadata: { name }, spec: { selector, publishNotReadyAddresses: true, ports: [{ protocol: 'TCP', ...port }] } })
  service('example-int-port', { pod1: 'on' }, { name: 'example', port: 80, targetPort: 3000 })
  service('example-named-port', { shared12: 'on' }, { name: 'http', port: 80, targetPort: 'example-name' })
  service('example-no-match', { pod3: 'on' }, { name: 'example-no-match', port: 80, targetPort: 8080 })
}

/** A Service whose selector matches nothing. */
export function createServiceOfNobody(bench: Bench, name: string): void {
  bench.create('services', { metadata: { name }, spec: { selector: { 'does-not-match-anything': 'endpoints-and-endpoint-slices-should-still-be-created' }, ports: [{ name: 'example', port: 80, protocol: 'TCP' }] } })
}
