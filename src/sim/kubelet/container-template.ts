// Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go generateContainerConfig (v1.36). Left out: mounts, devices, users, labels and annotations of containers.
import type { Container, Pod, Service } from '../api/generated/types.ts'
import { wholeValue } from '../api/quantity.ts'
import { isTooLong } from '../runtime/argument-list.ts'
import type { ProcessTemplate } from '../runtime/container-process.ts'
import { environmentOf, expandReferences, servicesOf, type EnvironmentSource } from './container-environment.ts'

export type TemplateAnswer = { readonly ok: true; readonly template: ProcessTemplate } | { readonly ok: false; readonly error: string }

interface Made {
  readonly services: readonly Service[]
  readonly template: ProcessTemplate
}

/**
 * What was made last of each container. Replicas share the stored object of their container, so the memory finds them on all nodes, and ends with them.
 * Without it the answers are the same, one object a container.
 */
const made = new WeakMap<Container, Made>()

/** What a container of this pod is started with, apart from what is the pod's own: one object for all replicas for which it is the same. */
export function templateOf(pod: Pod, container: Container, source: EnvironmentSource): TemplateAnswer {
  const services = servicesOf(pod, source)
  const last = made.get(container)
  if (last && isPlain(container) && sameItems(last.services, services)) return { ok: true, template: last.template }
  const environment = environmentOf(pod, container, source, services)
  if (!environment.ok) return environment
  const template = last && sameEntries(last.template.environment, environment.values) ? last.template : newTemplate(container, environment.values)
  made.set(container, { services, template })
  return { ok: true, template }
}

function newTemplate(container: Container, environment: ReadonlyMap<string, string>): ProcessTemplate {
  let letters = 0
  const expand = (words: readonly string[] | undefined) => words?.map((word) => {
    const text = expandReferences(word, environment, letters)
    letters += text.length
    return text
  })
  const limit = container.resources?.limits?.['memory']
  const [command, args] = [expand(container.command), expand(container.args)]
  return {
    command,
    args,
    environment,
    isTooLong: isTooLong([...(command ?? []), ...(args ?? [])], environment),
    ports: (container.ports ?? []).map((port) => port.containerPort),
    memoryLimit: limit === undefined ? null : wholeValue(limit),
    messagePath: container.terminationMessagePath ?? '',
    mounted: (container.volumeMounts ?? []).some((mount) => !mount.mountPath.startsWith('/var/run/secrets/')),
  }
}

/** Its environment follows from its manifest and the Services alone. */
function isPlain({ env = [], envFrom = [] }: Container): boolean {
  return envFrom.length === 0 && env.every(({ valueFrom }) => valueFrom === undefined)
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at])
}

function sameEntries(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (one.size !== other.size) return false
  const others = other.entries()
  for (const [key, value] of one) {
    const [otherKey, otherValue] = others.next().value ?? []
    if (key !== otherKey || value !== otherValue) return false
  }
  return true
}
