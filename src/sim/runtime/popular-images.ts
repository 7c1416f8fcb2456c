import type { Millis } from '../kernel/agenda.ts'
import type { ImageEntry } from './image-catalogue.ts'

const megabyte = 1_000_000
const graceful = { after: 120, exitCode: 0 }

/** Images that people know, and our own shop's: sizes as their registries give them, behaviour as they have it. */
export const popularImages: readonly ImageEntry[] = [
  server('docker.io/library/nginx', 72, 60, [80], { paths: ['/', '/index.html'], newestMajor: 1, stopSignal: 'SIGQUIT', lines: ['/docker-entrypoint.sh: Configuration complete; ready for start up', 'start worker processes'] }),
  server('docker.io/nginxinc/nginx-unprivileged', 72, 60, [8080], { stopSignal: 'SIGQUIT', lines: ['start worker processes'] }),
  server('docker.io/library/httpd', 58, 80, [80], { paths: ['/', '/index.html'], newestMajor: 2, stopSignal: 'SIGWINCH', lines: ["Command line: 'httpd -D FOREGROUND'"] }),
  server('docker.io/library/redis', 53, 150, [6379], { newestMajor: 8, lines: ['* Ready to accept connections tcp'] }),
  server('docker.io/library/memcached', 31, 80, [11211], {}),
  server('docker.io/library/postgres', 160, 1800, [5432], { newestMajor: 18, stopSignal: 'SIGINT', lines: ['database system is ready to accept connections'] }),
  server('docker.io/library/mysql', 230, 6000, [3306], { newestMajor: 9, lines: ['/usr/sbin/mysqld: ready for connections. port: 3306  MySQL Community Server - GPL.'] }),
  server('docker.io/library/mariadb', 120, 4000, [3306], { lines: ['mariadbd: ready for connections.'] }),
  server('docker.io/library/mongo', 300, 2500, [27017], { lines: ['Waiting for connections'] }),
  server('docker.io/library/rabbitmq', 110, 7000, [5672, 15672], { lines: ['Server startup complete'] }),
  server('docker.io/library/wordpress', 240, 700, [80], {}),
  server('docker.io/library/haproxy', 45, 100, [80], {}),
  server('docker.io/library/traefik', 50, 400, [80], { lines: ['Traefik version 3.5 built'] }),
  server('docker.io/library/caddy', 20, 120, [80], {}),
  server('docker.io/library/tomcat', 200, 2500, [8080], { lines: ['Server startup in [812] milliseconds'] }),
  server('docker.io/library/jenkins', 300, 12_000, [8080, 50_000], {}),
  server('docker.io/hashicorp/http-echo', 5, 30, [5678], { lines: ['Server is listening on :5678'] }),
  server('docker.io/kennethreitz/httpbin', 180, 900, [80], {}),
  server('docker.io/traefik/whoami', 3, 20, [80], { lines: ['Starting up on port 80'] }),
  server('docker.io/stefanprodan/podinfo', 22, 120, [9898], { lines: ['Starting HTTP Server.'] }),
  base('docker.io/library/busybox', 2, { newestMajor: 1 }),
  base('docker.io/library/alpine', 4, { newestMajor: 3 }),
  base('docker.io/library/ubuntu', 30, {}),
  base('docker.io/library/debian', 48, { newestMajor: 13 }),
  base('docker.io/library/centos', 83, {}),
  base('docker.io/library/bash', 8, {}),
  base('docker.io/curlimages/curl', 10, {}),
  base('docker.io/library/perl', 340, { newestMajor: 5 }),
  base('docker.io/polinux/stress', 4, {}),
  base('docker.io/library/python', 370, {}),
  base('docker.io/library/node', 380, {}),
  base('docker.io/library/golang', 300, {}),
  base('docker.io/library/openjdk', 240, {}),
  base('docker.io/nicolaka/netshoot', 200, {}),
  base('gcr.io/kubernetes-e2e-test-images/dnsutils', 5, {}),
  base('registry.k8s.io/e2e-test-images/busybox', 2, {}),
  base('registry.k8s.io/e2e-test-images/jessie-dnsutils', 120, {}),
  server('registry.k8s.io/e2e-test-images/agnhost', 55, 100, [80, 8080, 9376], { redirects: true }),
  server('registry.k8s.io/e2e-test-images/nginx', 50, 60, [80], { paths: ['/', '/index.html'] }),
  server('registry.k8s.io/echoserver', 45, 100, [8080], {}),
  server('registry.k8s.io/nginx-slim', 40, 60, [80], { paths: ['/', '/index.html'] }),
  server('registry.k8s.io/hpa-example', 180, 300, [80], { lines: ["Command line: 'apache2 -D FOREGROUND'"] }),
  server('registry.k8s.io/redis', 100, 150, [6379], {}),
  { ...server('registry.k8s.io/pause', 1, 0, [], {}), onSigterm: { after: 1, exitCode: 0 } },
  server('gcr.io/google-samples/gb-frontend', 160, 400, [80], {}),
  server('gcr.io/google_samples/gb-redisslave', 40, 200, [6379], {}),
  server('gcr.io/google-samples/hello-app', 12, 30, [8080], { lines: ['Server listening on port 8080'] }),
  server('us-docker.pkg.dev/google-samples/containers/gke/hello-app', 12, 30, [8080], { lines: ['Server listening on port 8080'] }),
  server('gcr.io/google-samples/kubernetes-bootcamp', 80, 400, [8080], { lines: ['Kubernetes Bootcamp App Started'] }),
  server('gcr.io/google-samples/cassandra', 160, 15_000, [7000, 7001, 7199, 9042], {}),
  component('registry.k8s.io/etcd', 60, 300),
  component('registry.k8s.io/kube-apiserver', 30, 1200),
  component('registry.k8s.io/kube-controller-manager', 27, 400),
  component('registry.k8s.io/kube-scheduler', 21, 400),
  component('registry.k8s.io/kube-proxy', 32, 200),
  component('registry.k8s.io/coredns/coredns', 22, 150, [53, 8080, 8181, 9153]),
  ...(['web', 'catalog', 'cart', 'checkout', 'mail', 'payments', 'recommendations'] as const).map((name) => shop(name)),
]

type Details = { readonly lines?: readonly string[]; readonly paths?: readonly string[]; readonly newestMajor?: number; readonly stopSignal?: string; readonly redirects?: boolean }

function server(repository: string, megabytes: number, listensAfter: Millis, ports: readonly number[], { lines = [], paths, newestMajor, stopSignal, redirects }: Details): ImageEntry {
  return {
    repository,
    sizeBytes: megabytes * megabyte,
    behaviour: { kind: 'server', listensAfter, ports, lines, ...(paths && { paths }), ...(redirects && { redirects }) },
    onSigterm: graceful,
    ...(stopSignal !== undefined && { stopSignal }),
    ...(newestMajor !== undefined && { newestMajor }),
  }
}

/** A base image: without a command it opens a shell that has nothing to read, and ends. */
function base(repository: string, megabytes: number, { newestMajor }: Details): ImageEntry {
  return {
    repository,
    sizeBytes: megabytes * megabyte,
    behaviour: { kind: 'command', argv: ['sh'] },
    onSigterm: null,
    bare: true,
    argsAreCommand: true,
    ...(newestMajor !== undefined && { newestMajor }),
  }
}

function component(repository: string, megabytes: number, listensAfter: Millis, ports: readonly number[] = []): ImageEntry {
  return server(repository, megabytes, listensAfter, ports, {})
}

function shop(name: string): ImageEntry {
  return server(`docker.io/kubarium/shop-${name}`, name === 'checkout' ? 48 : 24, name === 'checkout' ? 1500 : 400, [8080], { lines: [`shop ${name} listens on :8080`] })
}
