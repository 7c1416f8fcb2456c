import { expect, test } from 'vitest'
import type { PodTemplateSpec } from '../api/generated/types.ts'
import { podTemplateHash } from './pod-template-hash.ts'

// The hashes were printed by k8s.io/apimachinery v0.36.4 (dump.ForHash, FNV-32a, rand.SafeEncodeString).
const everything = JSON.parse([
  '{"metadata": {"labels": {"app": "é日本😀", "b": "c"}, "annotations": {"z": "1", "a": "2"}, "creationTimestamp": null}, "spec": {"nodeSelector": ',
  '{"a": "b"}, "overhead": {"cpu": "0"}, "terminationGracePeriodSeconds": 0, "hostNetwork": true, "volumes": [{"name": "c", "configMap": ',
  '{"name": "cm", "defaultMode": 420, "items": [{"key": "a", "path": "b", "mode": 256}]}}, {"name": "d", "emptyDir": {"sizeLimit": "500Mi", ',
  '"medium": "Memory"}}, {"name": "p", "projected": {"defaultMode": 420, "sources": [{"secret": {"name": "s"}}, {"configMap": {"name": "x", ',
  '"optional": true}}, {"serviceAccountToken": {"path": "t", "expirationSeconds": 3607}}, {"downwardAPI": {"items": [{"path": "l", "fieldRef": ',
  '{"apiVersion": "v1", "fieldPath": "metadata.labels"}}]}}]}}, {"name": "e", "ephemeral": {"volumeClaimTemplate": {"metadata": {"labels": ',
  '{"q": "r"}}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}}, {"name": "h", "hostPath": ',
  '{"path": "/x", "type": "Directory"}}, {"name": "i", "iscsi": {"targetPortal": "1", "iqn": "q", "lun": 0}}, {"name": "r", "rbd": {"monitors": ',
  '["m"], "image": "i", "pool": "p", "user": "u"}}], "containers": [{"name": "a", "image": "x", "command": ["sh", "-c", "echo hi"], "args": [], ',
  '"env": [{"name": "A", "value": "b"}, {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "n", "key": "k"}}}, {"name": "C", "valueFrom": ',
  '{"secretKeyRef": {"name": "n", "key": "k", "optional": false}}}, {"name": "D", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", ',
  '"divisor": "1m"}}}, {"name": "E", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}}], "envFrom": ',
  '[{"configMapRef": {"name": "q"}}, {"prefix": "P", "secretRef": {"name": "q"}}], "resources": {"limits": {"cpu": "100m", "memory": "128Mi", ',
  '"ephemeral-storage": "1G", "x/y": "2"}, "requests": {"cpu": "1500m", "memory": "1536Mi"}}, "startupProbe": {"grpc": {"port": 3, "service": ',
  '""}}, "readinessProbe": {"tcpSocket": {"port": "http"}, "terminationGracePeriodSeconds": 5}, "livenessProbe": {"exec": {"command": ["a"]}}, ',
  '"lifecycle": {"preStop": {"sleep": {"seconds": 5}}, "postStart": {"httpGet": {"port": 80, "httpHeaders": [{"name": "a", "value": "b"}]}}}, ',
  '"securityContext": {"runAsUser": 0, "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}, "tty": true, ',
  '"restartPolicy": "Always", "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "NotRequired"}]}], "initContainers": [{"name": "i", ',
  '"image": "y", "resources": {}}], "ephemeralContainers": [{"name": "e", "image": "z", "targetContainerName": "a", "resources": {}}], ',
  '"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {"matchExpressions": [{"key": ',
  '"a", "operator": "Exists"}]}}]}, "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "k", ',
  '"labelSelector": {"matchLabels": {"a": "b"}}, "namespaces": ["x"]}]}}, "tolerations": [{"operator": "Exists", "tolerationSeconds": 3}], ',
  '"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchExpressions": ',
  '[{"key": "a", "operator": "In", "values": ["b"]}]}}], "dnsConfig": {"nameservers": ["1.1.1.1"], "options": [{"name": "n", "value": "v"}]}, ',
  '"hostAliases": [{"ip": "1.2.3.4", "hostnames": ["a"]}], "imagePullSecrets": [{"name": "p"}], "readinessGates": [{"conditionType": "www"}], ',
  '"os": {"name": "linux"}, "priority": 5, "securityContext": {"fsGroup": 1, "supplementalGroups": [1, 2], "sysctls": [{"name": "a", "value": ',
  '"b"}]}, "enableServiceLinks": true, "schedulingGates": [{"name": "g"}], "shareProcessNamespace": false}} ',
].join('')) as PodTemplateSpec

test('a template with volumes, probes, lifecycle, affinity and letters beyond ASCII hashes as in Go', () => {
  expect(podTemplateHash(everything)).toBe('7b45fd5b55')
})

test.each([
  ['1', 'bdf75ffd5'], ['0', '5dd5d8d8c7'], ['100m', '79c6b944d4'], ['1500m', 'd9c8c5dcd'], ['512Mi', '684d4f5d84'],
  ['1Ki', '6b44c45665'], ['1e3', '66dc459855'], ['1E3', '7f8b5447c5'], ['12E', '6f99b6669c'], ['500n', '7fb7c55bd5'],
  ['1500Mi', '7bdf4787fb'], ['-1', '6c69549c6f'], ['123456789012345678', '74b5d675f'], ['3Gi', '5946777748'], ['1536Mi', '7f5b77bc76'],
])('a limit of %s hashes as in Go', (cpu, hash) => {
  const template = { metadata: {}, spec: { containers: [{ name: 'a', resources: { limits: { cpu } } }] } } as unknown as PodTemplateSpec
  expect(podTemplateHash(template)).toBe(hash)
})

test('another count of collisions gives another hash, and none is not zero', () => {
  expect(new Set([undefined, 0, 1, 2].map((count) => podTemplateHash(everything, count))).size).toBe(4)
})
