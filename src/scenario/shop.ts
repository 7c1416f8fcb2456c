import type { Manifest } from '../sim/cluster/run.ts'

/** One service of the shop: a Deployment, and a Service in front of it. */
interface ShopPart {
  readonly name: string
  readonly replicas: number
  readonly image: string
  readonly port: number
  readonly cpu: string
  readonly memory: string
  readonly type?: 'LoadBalancer'
}

const namespace = 'shop'

/** Sized so that three machines of 4 CPUs hold it with ease, and two of them all but one pod. */
const parts: readonly ShopPart[] = [
  { name: 'web', replicas: 3, image: 'kubarium/shop-web:1.4', port: 8080, cpu: '700m', memory: '512Mi', type: 'LoadBalancer' },
  { name: 'catalog', replicas: 3, image: 'kubarium/shop-catalog:2.3', port: 8080, cpu: '900m', memory: '1Gi' },
  { name: 'cart', replicas: 3, image: 'kubarium/shop-cart:1.1', port: 8080, cpu: '600m', memory: '512Mi' },
  { name: 'checkout', replicas: 2, image: 'kubarium/shop-checkout:3.0', port: 8080, cpu: '500m', memory: '512Mi' },
  { name: 'mail', replicas: 1, image: 'kubarium/shop-mail:1.0', port: 8025, cpu: '400m', memory: '256Mi' },
  { name: 'redis', replicas: 1, image: 'redis:7.4', port: 6379, cpu: '300m', memory: '512Mi' },
]

/** A small shop of our own: a front with three services behind it, mail and a cache. */
export function shopManifests(): Manifest[] {
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...parts.flatMap((part) => [deploymentOf(part), serviceOf(part)])]
}

function deploymentOf({ name, replicas, image, port, cpu, memory }: ShopPart): Manifest {
  const labels = { app: name }
  const probe = name === 'redis' ? { tcpSocket: { port } } : { httpGet: { path: '/healthz', port } }
  const container = { name, image, ports: [{ containerPort: port }], resources: { requests: { cpu, memory }, limits: { memory } }, readinessProbe: { ...probe, initialDelaySeconds: 2, periodSeconds: 5 } }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  }
}

function serviceOf({ name, port, type }: ShopPart): Manifest {
  const front = type === 'LoadBalancer'
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ...(front ? { type } : {}), selector: { app: name }, ports: [{ port: front ? 80 : port, targetPort: port }] },
  }
}

/** The web Deployment with another image: what a rollout applies. */
export function webWithImage(image: string): Manifest {
  const web = parts[0]!
  return deploymentOf({ ...web, image })
}
