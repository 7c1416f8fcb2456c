import { Inflate, deflateSync, strFromU8, strToU8 } from 'fflate'
import { readScenario, scenarioLimits, writeScenario, type Reading, type Scenario } from './scenario.ts'

/** The most characters a link may have and still be read. */
const longestLink = 256 * 1024

/** Where links of some length can be sent. */
export const linkBudget = { qr: 800, chat: 1900, browser: 32_000 }

/**
 * The fragment of a link that opens this scenario: one version character, a checksum, then base64url of raw deflate with dictionary 1.
 * Immutable: another dictionary or layout is another version character.
 */
export function encodeLink(scenario: Scenario): string {
  const bytes = strToU8(writeScenario(scenario))
  return `1${checksum(bytes)}${toBase64Url(deflateSync(bytes, { level: 9, dictionary: dictionary1 }))}`
}

/** Reads a fragment from anywhere: bounded before and while it is inflated, checked, never thrown about. */
export function decodeLink(fragment: string): Reading {
  const text = fragment.replace(/^#/, '')
  if (text.length > longestLink) return refuse(`this link is longer than ${longestLink / 1024} KiB`)
  if (text[0] !== '1') return refuse(`this link has format ${JSON.stringify(text.slice(0, 1))}, which this version of Kubarium does not know`)
  if (!/^1[A-Za-z0-9_-]{6,}$/.test(text)) return refuse('this link is damaged: it has characters that a link cannot have, or its end is missing')
  const bytes = inflate(text.slice(7))
  if (bytes === 'too large') return refuse(`this link unfolds to more than ${scenarioLimits.bytes / 1024} KiB`)
  if (bytes === 'damaged' || checksum(bytes) !== text.slice(1, 7)) return refuse('this link is damaged: a part of it is missing or was changed')
  return readScenario(strFromU8(bytes))
}

function inflate(payload: string): Uint8Array | 'too large' | 'damaged' {
  const parts: Uint8Array[] = []
  let total = 0
  try {
    const input = fromBase64Url(payload)
    const stream = new Inflate({ dictionary: dictionary1 }, (chunk) => {
      total += chunk.length
      if (total <= scenarioLimits.bytes) parts.push(chunk)
    })
    // In small steps, so that a bomb is noticed before it has unfolded.
    for (let at = 0; at < input.length && total <= scenarioLimits.bytes; at += 512) stream.push(input.subarray(at, at + 512), at + 512 >= input.length)
  } catch {
    return 'damaged'
  }
  if (total > scenarioLimits.bytes) return 'too large'
  const bytes = new Uint8Array(total)
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/** Six characters of FNV-1a: enough to notice a link that a chat programme cut or changed. */
function checksum(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(36).padStart(7, '0').slice(-6)
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(strFromU8(bytes, true)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): Uint8Array {
  return strToU8(atob(text.replaceAll('-', '+').replaceAll('_', '/')), true)
}

function refuse(problem: string): Reading {
  return { ok: false, problem }
}

/** What scenarios have in common, most frequent last: it halves small links. Never change it: links already sent need it. */
const dictionary1 = strToU8(
  '"livenessProbe":{"httpGet":{"path":"/","port":80},"initialDelaySeconds":5,"periodSeconds":10},"readinessProbe":{"httpGet":{"path":"/healthz","port":8080}},"env":[{"name":"","value":""}],"nodeSelector":{"topology.kubernetes.io/zone":"zone-a"},"tolerations":[{"key":"","operator":"Exists","effect":"NoSchedule"}],' +
    '"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":0}},"kind":"ConfigMap","kind":"DaemonSet","kind":"Secret","kind":"Namespace","type":"NodePort","type":"LoadBalancer","kind":"request","request":{"verb":"patch","group":"apps","version":"v1","resource":"","patchType":"merge","body":' +
    '{"kind":"kill","pod":"default/"},{"kind":"stop","component":"kube-scheduler"},{"kind":"cordon","node":"worker-1"},{"kind":"cut-off","node":"worker-3"},{"kind":"scale","resource":"deployments","key":"shop/web","replicas":' +
    '"resources":{"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"cpu":"500m","memory":"256Mi"}},"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":8080}]}},' +
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","labels":{"app":"web"}},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"nginx:1.27","ports":[{"containerPort":80}]}]}}}}' +
    '{"kubarium":1,"title":"","seed":1,"options":{"workers":3,"zones":2},"commands":[{"at":0,"kind":"apply","manifests":[{"at":22000,"kind":"power-off","node":"worker-2"}],"until":',
)
