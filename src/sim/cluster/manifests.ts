import type { Manifest } from './run.ts'

/** The version all components say they have. */
export const kubernetesVersion = 'v1.36.2'

/** What a static pod of the control plane runs, and what kubeadm asks the machine for. */
interface ControlPlanePart {
  readonly component: string
  readonly image: string
  readonly cpu: string
  readonly memory?: string
  readonly port: number
  readonly command: readonly string[]
}

/** The images of the components; cluster registers a process for each. */
export const images = {
  etcd: 'registry.k8s.io/etcd:3.6.6-0',
  'kube-apiserver': `registry.k8s.io/kube-apiserver:${kubernetesVersion}`,
  'kube-controller-manager': `registry.k8s.io/kube-controller-manager:${kubernetesVersion}`,
  'kube-scheduler': `registry.k8s.io/kube-scheduler:${kubernetesVersion}`,
  'kube-proxy': `registry.k8s.io/kube-proxy:${kubernetesVersion}`,
  coredns: 'registry.k8s.io/coredns/coredns:v1.14.1',
  pause: 'registry.k8s.io/pause:3.10.1',
} as const

const parts: readonly ControlPlanePart[] = [
  { component: 'etcd', image: images.etcd, cpu: '100m', memory: '100Mi', port: 2381, command: ['etcd', '--data-dir=/var/lib/etcd'] },
  { component: 'kube-apiserver', image: images['kube-apiserver'], cpu: '250m', port: 6443, command: ['kube-apiserver', '--etcd-servers=https://127.0.0.1:2379', '--service-cluster-ip-range=10.96.0.0/16'] },
  { component: 'kube-controller-manager', image: images['kube-controller-manager'], cpu: '200m', port: 10257, command: ['kube-controller-manager', '--allocate-node-cidrs=true', '--leader-elect=true'] },
  { component: 'kube-scheduler', image: images['kube-scheduler'], cpu: '100m', port: 10259, command: ['kube-scheduler', '--leader-elect=true'] },
]

/** The static pods of a control-plane machine, as `kubeadm init` writes them to /etc/kubernetes/manifests. */
export function staticPods(flagsOf: (component: string) => Readonly<Record<string, string>>): Manifest[] {
  return parts.map(({ component, image, cpu, memory, port, command }) => {
    const extra = Object.entries({ ...(component === 'kube-controller-manager' ? { 'cluster-cidr': '10.244.0.0/16' } : {}), ...flagsOf(component) }).map(([flag, value]) => `--${flag}=${value}`)
    const probe = { httpGet: { host: '127.0.0.1', path: '/livez', port, scheme: 'HTTPS' }, initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 15, failureThreshold: 8 }
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: component, namespace: 'kube-system', labels: { component, tier: 'control-plane' } },
      spec: {
        hostNetwork: true,
        priority: 2_000_001_000,
        priorityClassName: 'system-node-critical',
        containers: [{ name: component, image, command: [...command, ...extra], resources: { requests: { cpu, ...(memory ? { memory } : {}) } }, livenessProbe: probe }],
      },
    }
  })
}

/** What `kubeadm init` adds once the API answers: kube-proxy on every node, CoreDNS, and the Service pods ask for names. */
export function addons(): Manifest[] {
  return [serviceAccount('kube-proxy'), serviceAccount('coredns'), kubeProxy(), coreDns(), dnsService()]
}

function serviceAccount(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } }
}

function kubeProxy(): Manifest {
  const labels = { 'k8s-app': 'kube-proxy' }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-proxy', namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          priorityClassName: 'system-node-critical',
          serviceAccountName: 'kube-proxy',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ operator: 'Exists' }],
          containers: [{ name: 'kube-proxy', image: images['kube-proxy'], command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=$(NODE_NAME)'], env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }] }],
        },
      },
    },
  }
}

function coreDns(): Manifest {
  const labels = { 'k8s-app': 'kube-dns' }
  const ports = [
    { containerPort: 53, name: 'dns', protocol: 'UDP' },
    { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
    { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
  ]
  const container = {
    name: 'coredns',
    image: images.coredns,
    args: ['-conf', '/etc/coredns/Corefile'],
    ports,
    resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
    livenessProbe: { httpGet: { path: '/health', port: 8080 }, initialDelaySeconds: 60, timeoutSeconds: 5, failureThreshold: 5 },
    readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system', labels },
    spec: {
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'coredns',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          dnsPolicy: 'Default',
          tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }, { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
          affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { labelSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] }, topologyKey: 'kubernetes.io/hostname' } }] } },
          containers: [container],
        },
      },
    },
  }
}

function dnsService(): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' } },
    spec: {
      clusterIP: '10.96.0.10',
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
    },
  }
}
