import { useEffect, useMemo, useRef, useState } from 'react'
import type { TraceEntry } from '../../sim/kernel/trace.ts'
import { Button } from '../design/Button.tsx'
import { momentText } from '../stores/format.ts'
import { currentView, theSimulation, useCluster } from '../stores/simulation-store.ts'
import { objectOf, thingId, type Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { whyChain } from '../stores/why.ts'
import type { WhyStep } from '../stores/why-words.ts'

/** Of a long chain its beginning and its end are shown. */
const [begun, ended] = [4, 6]

/** "Why is it here?": from a person's command or a fault down to this thing, as far as the story is kept. */
export function Why({ thing }: { readonly thing: Thing }) {
  const steps = useWhy(thing)
  const [whole, setWhole] = useState(false)
  const isWhole = whole || steps.length <= begun + ended + 2
  const element = useRef<HTMLElement>(null)
  const isAsked = useUi((ui) => ui.section === 'why')
  useEffect(() => {
    if (isAsked) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isAsked])
  if (steps.length === 0) return null
  return (
    <section ref={element}>
      <h3>{titles[thing.resource] ?? 'Why is it here?'}</h3>
      <ol className="why">
        {(isWhole ? steps : [...steps.slice(0, begun), ...steps.slice(-ended)]).map((step, index) => (
          <li key={index} data-who={step.who} data-fault={step.isFault || undefined} data-gap={(!isWhole && index === begun) || undefined}>
            <time>{momentText(step.at)}</time>
            <b>{step.what}</b>
            {step.detail || step.hasTable ? <p>{step.detail} {step.hasTable && thing.resource === 'pods' ? <Button look="link" className="text-xs" onClick={() => useUi.getState().set({ section: 'table' })}>See the table</Button> : null}</p> : null}
          </li>
        ))}
      </ol>
      {isWhole ? null : <Button look="link" className="text-xs mt-2" onClick={() => setWhole(true)}>Show the {steps.length - begun - ended} steps between</Button>}
    </section>
  )
}

const titles: Partial<Readonly<Record<Thing['resource'], string>>> = { nodes: 'Why is it so?', components: 'Why is it so?' }

const nothing: readonly WhyStep[] = []

/** A Deployment of a thousand pods changes with every frame; its story need not be told anew so often. Real milliseconds. */
const pauseBetween = 250

/** Asks the cluster for the story of a thing, anew when the thing, its surroundings, or what was done have changed. */
function useWhy(thing: Thing): readonly WhyStep[] {
  const id = thingId(thing)
  const object = useCluster((view) => objectOf(view, thing))
  const pods = useCluster((view) => (thing.resource === 'nodes' ? view.podsByNode.get(thing.key) : null))
  const commands = useCluster((view) => view.commands)
  const faults = useCluster((view) => view.faults)
  const [answer, setAnswer] = useState<{ readonly id: string; readonly entries: readonly TraceEntry[] } | null>(null)
  const asked = useRef({ id: '', at: 0 })
  useEffect(() => {
    const wait = asked.current.id === id ? Math.max(0, asked.current.at + pauseBetween - performance.now()) : 0
    const timer = setTimeout(() => {
      asked.current = { id, at: performance.now() }
      void theSimulation().ask({ kind: 'why', about: id }).then((result) => {
        if (result.ok && asked.current.id === id) setAnswer({ id, entries: result.value as readonly TraceEntry[] })
      })
    }, wait)
    return () => clearTimeout(timer)
  }, [id, object, pods, commands, faults])
  // eslint-disable-next-line react-hooks/exhaustive-deps -- told anew with each answer
  return useMemo(() => (answer?.id === id ? whyChain(currentView(), thing, answer.entries) : nothing), [answer, id])
}
