import type { Pod } from '../../src/sim/api/generated/types.ts'
import { keyOf, type KubernetesObject } from '../../src/sim/api/objects.ts'
import { Composed, type ApiRequest } from '../../src/sim/api/request.ts'
import { semanticEqual } from '../../src/sim/api/semantic.ts'
import type { Result } from '../../src/sim/api/status.ts'
import type { Check, Scene, Write } from './check.ts'

/** Rows 25, 26, 43, 58 and 73: who may write what, by the requests that were carried out. */
export class Requests implements Check {
  constructor(private readonly scene: Scene) {}

  committed({ before, after, request, key }: Write): void {
    if (!request) return
    this.author(request, key)
    if (before && after) {
      this.base(request, before, key)
      this.parts(request, before, after, key)
    }
    if (before?.kind === 'Pod' && request.subresource === 'binding' && (before as Pod).spec.nodeName) this.scene.fail(43, `${key} is bound a second time`)
    if (before?.kind === 'Pod' && !after) this.released(before as Pod, request)
  }

  /** 43: of a pod that has its node every other binding is refused. */
  requested(request: ApiRequest, result: Result<unknown>): void {
    if (request.verb === 'delete' && request.resource === 'pods' && result.ok && !request.options?.dryRun) this.forced(request)
    if (request.subresource !== 'binding' || !result.ok || request.options?.dryRun) return
    const pod = this.scene.all<Pod>('Pod').get(`${request.namespace}/${request.name}`)
    const target = (sentBy(request) as { target?: { name?: string } }).target?.name
    if (pod && pod.spec.nodeName !== target) this.scene.fail(43, `pod ${keyOf(pod)} was bound to ${target} and is on ${pod.spec.nodeName}`)
  }

  /** 25: a write that names a version is made from the newest, or nothing. */
  private base(request: ApiRequest, before: KubernetesObject, key: string): void {
    const { verb, user } = request
    const sent = (sentBy(request) as Partial<KubernetesObject> | undefined)?.metadata?.resourceVersion
    if (verb !== 'update' || !sent) return
    if (sent !== before.metadata.resourceVersion) this.scene.fail(25, `${user} wrote ${key} from version ${sent}, the newest was ${before.metadata.resourceVersion}`)
  }

  /** 26: who writes a status leaves the rest alone, and the other way round. */
  private parts({ verb, subresource, user }: ApiRequest, before: KubernetesObject, after: KubernetesObject, key: string): void {
    if (verb !== 'update' && verb !== 'patch') return
    const part = (object: KubernetesObject, name: 'spec' | 'status') => (object as unknown as Record<string, unknown>)[name]
    const same = (name: 'spec' | 'status') => part(before, name) === part(after, name) || semanticEqual(part(before, name), part(after, name))
    if (subresource === 'status' && !same('spec')) this.scene.fail(26, `${user} wrote the status of ${key} and changed its spec`)
    const hasStatus = ['Pod', 'Node', 'Deployment', 'ReplicaSet', 'DaemonSet', 'ReplicationController'].includes(after.kind)
    if (subresource === undefined && hasStatus && !same('status') && !(after.kind === 'Pod' && user === 'user')) this.scene.fail(26, `${user} wrote ${key} and changed its status`)
  }

  /** 73: what is off or cannot be heard writes nothing. */
  private author({ user }: ApiRequest, key: string): void {
    const [component, node] = user.split('/')
    if ((component !== 'kubelet' && component !== 'kube-proxy') || node === undefined) return
    const machine = this.scene.cluster.machines.get(node)
    if (!machine) return
    if (!machine.isOn) this.scene.fail(73, `${user} is off and writes ${key}`)
    if (machine.network === 'cutOff' && !machine.spec.controlPlane) this.scene.fail(73, `${user} is cut off and writes ${key}`)
  }

  /** 58: no controller but the garbage collection of pods takes a pod away by force. */
  private forced({ user, body, namespace, name }: ApiRequest): void {
    const isForced = (body as { gracePeriodSeconds?: number } | undefined)?.gracePeriodSeconds === 0
    if (isForced && !user.startsWith('kubelet/') && user !== 'user' && user !== 'pod-garbage-collector') this.scene.fail(58, `${user} takes pod ${namespace}/${name} away by force`)
  }

  /** 58: only its kubelet, a person, the garbage collection of pods or its namespace's end takes a pod away whose containers may run. */
  private released(pod: Pod, { user }: ApiRequest): void {
    if (!pod.spec.nodeName || user.startsWith('kubelet/') || user === 'user' || user === 'pod-garbage-collector' || pod.metadata.deletionGracePeriodSeconds === 0) return
    if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed' || pod.spec.terminationGracePeriodSeconds === 0) return
    this.scene.fail(58, `pod ${keyOf(pod)} on ${pod.spec.nodeName} was taken away by ${user}`)
  }
}

/** The object of a request, read or not. */
function sentBy({ body }: ApiRequest): unknown {
  return body instanceof Composed ? body.object : body
}
