// Upstream: pkg/api/node GetNodeLabelDeprecatedMessage, GetWarningsForNodeSelectorTerm (v1.36).
import type { NodeSelectorTerm } from '../generated/types.ts'
import { checkLabelValue } from '../names.ts'

const since = (minor: number, instead: string): string => `deprecated since v1.${minor}; use ${instead} instead`

const deprecated = new Map([
  ['beta.kubernetes.io/arch', since(14, '"kubernetes.io/arch"')],
  ['beta.kubernetes.io/os', since(14, '"kubernetes.io/os"')],
  ['failure-domain.beta.kubernetes.io/region', since(17, '"topology.kubernetes.io/region"')],
  ['failure-domain.beta.kubernetes.io/zone', since(17, '"topology.kubernetes.io/zone"')],
  ['beta.kubernetes.io/instance-type', since(17, '"node.kubernetes.io/instance-type"')],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  ['scheduler.alpha.kubernetes.io/preferAvoidPods', since(22, 'Taints and Tolerations')],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
])

/** What is said at `field` of a label of nodes that once was. `says`: what stands before the reason. */
export function nodeLabelWarnings(field: string, label: string, says = ''): string[] {
  const why = deprecated.get(label)
  return why ? [`${field}: ${says}${why}`] : []
}

/** Of what is only preferred the values are judged too: nothing else does. */
export function selectorTermWarnings({ matchExpressions = [] }: NodeSelectorTerm, path: string, judgesValues: boolean): string[] {
  return matchExpressions.flatMap(({ key, values = [] }, at) => {
    const here = `${path}.matchExpressions[${at}]`
    const ofValues = judgesValues ? values.flatMap((value, index) => checkLabelValue(value).map((fault) => `${here}.values[${index}]: ${value} is invalid, ${fault}`)) : []
    return [...nodeLabelWarnings(`${here}.key`, key, `${key} is `), ...ofValues]
  })
}
