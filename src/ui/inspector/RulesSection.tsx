import { useEffect, useState } from 'react'
import type { NodeRules } from '../../sim/network/route.ts'
import { useClock } from '../stores/clock.ts'
import { theSimulation, useCluster } from '../stores/simulation-store.ts'

/** Of a Service: the rules that the kube-proxy of a node has written for it, as iptables has them. */
export function RulesSection({ id }: { readonly id: string }) {
  const [open, setOpen] = useState(false)
  return (
    <section>
      <h3>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? '▾' : '▸'} Rules on a node</button>
      </h3>
      {open ? <RuleText id={id} /> : null}
    </section>
  )
}

function RuleText({ id }: { readonly id: string }) {
  const machines = useCluster((view) => view.machines)
  const nodes = [...machines.keys()]
  const [chosen, setChosen] = useState<string | null>(null)
  const node = chosen !== null && machines.has(chosen) ? chosen : (nodes.find((name) => name.startsWith('worker')) ?? nodes[0] ?? '')
  const rules = useRules(id, node)
  return (
    <>
      <select className="field mb-2 w-full" aria-label="Node" value={node} onChange={(event) => setChosen(event.target.value)}>
        {nodes.map((name) => <option key={name}>{name}</option>)}
      </select>
      <pre className="logs mono" tabIndex={0} aria-label={`Rules on ${node}`}>{rules === undefined ? '…' : textOf(rules, node)}</pre>
      {rules?.healthCheck ? <p>Health check on node port <span className="mono">{rules.healthCheck.port}</span>: {rules.healthCheck.answer.status}, {rules.healthCheck.answer.body.localEndpoints} endpoints here.</p> : null}
    </>
  )
}

function textOf(rules: NodeRules | null, node: string): string {
  if (!rules) return `The proxy of ${node} has written nothing for this Service.`
  const texts = (['nat', 'filter'] as const).map((table) => (rules[table].length > 0 ? [`*${table}`, ...rules[table].flatMap((chain) => chain.rules)].join('\n') : ''))
  return texts.filter(Boolean).join('\n\n') || 'No rules: the Service has no address of its own.'
}

/** Asked anew as the cluster's time passes, and only while it is looked at; undefined: not answered yet. */
function useRules(service: string, node: string): NodeRules | null | undefined {
  const [rules, setRules] = useState<NodeRules | null>()
  const second = useClock(({ now }) => Math.floor(now / 1000))
  useEffect(() => {
    let isCurrent = true
    void theSimulation().ask({ kind: 'rules', service, node }).then((result) => {
      if (isCurrent) setRules(result.ok ? (result.value as NodeRules | null) : null)
    })
    return () => {
      isCurrent = false
    }
  }, [service, node, second])
  return rules
}
