import { expect, test } from 'vitest'
import type { Pod, Service } from '../../api/generated/types.ts'
import { goDump } from '../go-dump.ts'
import { subsetsOfPods } from './subsets-of-pods.ts'

interface PodTraits {
  readonly ready?: boolean
  readonly phase?: string
  readonly going?: boolean
  readonly ports?: Readonly<Record<string, number>>
  readonly spec?: object
}

function pod(name: string, ip: string | undefined, { ready = true, phase = 'Running', going = false, ports = {}, spec = {} }: PodTraits = {}): Pod {
  const containerPorts = Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort, protocol: 'TCP' }))
  return {
    metadata: { name, namespace: 'default', uid: `uid-${name}`, ...(going && { deletionTimestamp: '2026-01-01T00:00:00Z' }) },
    spec: { nodeName: 'n1', containers: [{ name: 'c', ports: containerPorts }], ...spec },
    status: { phase, ...(ip !== undefined && { podIP: ip, podIPs: [{ ip }] }), conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  } as unknown as Pod
}

function service(spec: object): Service {
  return { metadata: { name: 'web', namespace: 'default' }, spec: { type: 'ClusterIP', clusterIP: '10.96.0.5', ipFamilies: ['IPv4'], ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }], ...spec } } as unknown as Service
}

/** `10.0.0.1 !10.0.0.2 @ http:80`: the second is not ready. */
function told(of: Service, pods: readonly Pod[]): readonly string[] {
  return subsetsOfPods(of, pods).map(({ addresses = [], notReadyAddresses = [], ports = [] }) =>
    `${[...addresses.map(({ ip }) => ip), ...notReadyAddresses.map(({ ip }) => `!${ip}`)].join(' ')} @ ${ports.map(({ name, port }) => `${name ?? ''}:${port}`).join(' ')}`)
}

test('pods are ready addresses or not ready ones, in the order of their texts; finished, leaving and homeless pods are none', () => {
  const pods = [pod('a', '10.0.0.9'), pod('b', '10.0.0.10'), pod('c', '10.0.0.3', { ready: false }), pod('d', undefined), pod('e', '10.0.0.4', { phase: 'Succeeded' }), pod('f', '10.0.0.5', { going: true })]
  expect(told(service({}), pods)).toEqual(['10.0.0.10 10.0.0.9 !10.0.0.3 @ :8080'])
  expect(told(service({ publishNotReadyAddresses: true }), pods)).toEqual(['10.0.0.10 10.0.0.3 10.0.0.5 10.0.0.9 @ :8080'])
})

test('an address tells its node and its pod, and the name that DNS knows it by', () => {
  const named = pod('a', '10.0.0.1', { spec: { hostname: 'first', subdomain: 'web' } })
  const targetRef = { kind: 'Pod', namespace: 'default', name: 'a', uid: 'uid-a' }
  expect(subsetsOfPods(service({}), [named])[0]?.addresses).toEqual([{ ip: '10.0.0.1', hostname: 'first', nodeName: 'n1', targetRef }])
})

test('a port that goes by a name is where each pod has it, and pods without it are left out of that port', () => {
  const ports = [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }, { name: 'metrics', port: 90, targetPort: 9090, protocol: 'TCP' }]
  const pods = [pod('a', '10.0.0.1', { ports: { web: 3000 } }), pod('b', '10.0.0.2', { ports: { web: 3001 } }), pod('c', '10.0.0.3')]
  expect([...told(service({ ports }), pods)].sort()).toEqual(['10.0.0.1 10.0.0.2 10.0.0.3 @ metrics:9090', '10.0.0.1 @ http:3000', '10.0.0.2 @ http:3001'])
})

test('a headless Service without ports lists its pods all the same, of its own family', () => {
  const both = pod('a', '10.0.0.1')
  const dual = { ...both, status: { ...both.status, podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } }
  expect(told(service({ clusterIP: 'None', ports: undefined }), [both])).toEqual(['10.0.0.1 @ '])
  expect(told(service({ ports: undefined }), [both])).toEqual([])
  expect(told(service({ clusterIP: 'None', ports: undefined, ipFamilies: ['IPv6', 'IPv4'] }), [dual, pod('b', '10.0.0.2')])).toEqual(['fd00::1 @ '])
})

// The orders are those of k8s.io/utils/dump v0.0.0-20260210 and MD5 in Go.
test('ports and subsets come in the order of their hashes, as in a real cluster', () => {
  const ports = [{ name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' }, { name: 'dns-tcp', port: 53, targetPort: 53, protocol: 'TCP' }, { name: 'metrics', port: 9153, targetPort: 9153, protocol: 'TCP' }]
  expect(told(service({ ports }), [pod('a', '10.0.0.1')])).toEqual(['10.0.0.1 @ dns-tcp:53 dns:53 metrics:9153'])
})

test('a subset is put into words as Go does', () => {
  const address = '{IP:(string)10.244.1.2 Hostname:(string) NodeName:(*string)worker-1 TargetRef:(*v1.ObjectReference){Kind:(string)Pod Namespace:(string)default Name:(string)pod1 UID:(types.UID)u1 APIVersion:(string) ResourceVersion:(string) FieldPath:(string)}}'
  const port = '{Name:(string)dns Port:(int32)53 Protocol:(v1.Protocol)UDP AppProtocol:(*string)<nil>}'
  const subset = { addresses: [{ ip: '10.244.1.2', nodeName: 'worker-1', targetRef: { kind: 'Pod', namespace: 'default', name: 'pod1', uid: 'u1' } }], ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] }
  expect(goDump(subset, 'EndpointSubset')).toBe(`(v1.EndpointSubset){Addresses:([]v1.EndpointAddress)[${address}] NotReadyAddresses:([]v1.EndpointAddress)<nil> Ports:([]v1.EndpointPort)[${port}]}`)
})
