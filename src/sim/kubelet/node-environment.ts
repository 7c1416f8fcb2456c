import type { ConfigMap, Secret, Service } from '../api/generated/types.ts'
import type { Result } from '../api/status.ts'
import type { Client, Lister } from '../client/component.ts'
import type { EnvironmentSource } from './container-environment.ts'
import type { Amounts } from './node-status.ts'

/** What containers of this node are told of it and of the cluster. */
export class NodeEnvironment implements EnvironmentSource {
  isCut = false

  constructor(
    readonly nodeName: string,
    readonly nodeIPs: readonly string[],
    readonly podIPs: readonly string[],
    private readonly client: Client,
    private readonly seenServices: Lister<Service>,
    readonly allocatable: Amounts,
  ) {}

  services(namespace: string): readonly Service[] {
    const api = this.seenServices.get('default/kubernetes')
    const own = this.seenServices.list(namespace)
    return api && namespace !== 'default' ? [...own, api] : own
  }

  configMap(namespace: string, name: string): ConfigMap | null {
    return this.found(this.client.get('configmaps', `${namespace}/${name}`))
  }

  secret(namespace: string, name: string): Secret | null {
    return this.found(this.client.get('secrets', `${namespace}/${name}`))
  }

  private found<T>(answer: Result<T>): T | null {
    if (answer.ok) return answer.value
    if (answer.status.reason !== 'NotFound') this.isCut = true
    return null
  }
}
