import type { Manifest } from '../src/sim/cluster/run.ts'

/** `count` pods of Deployments of at most 100 replicas each. */
export function deployments(count: number): Manifest[] {
  return Array.from({ length: Math.ceil(count / 100) }, (_, index) => {
    const labels = { app: `app-${index}` }
    const replicas = Math.min(100, count - index * 100)
    const container = { name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }], resources: { requests: { cpu: '50m', memory: '64Mi' } } }
    return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `app-${index}`, namespace: 'default' }, spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } } }
  })
}
