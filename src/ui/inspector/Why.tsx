import { useEffect, useMemo, useRef } from 'react'
import { momentText } from '../stores/format.ts'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import { objectOf, type Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { whyChain } from '../stores/why.ts'

/** "Why is it here?": from a person's command or a fault down to this thing, as far as the story is kept. */
export function Why({ thing }: { readonly thing: Thing }) {
  const object = useCluster((view) => objectOf(view, thing))
  const trace = useCluster((view) => view.trace)
  const commands = useCluster((view) => view.commands)
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the story of a thing changes with it, with the trace, and with what the person does
  const steps = useMemo(() => whyChain(currentView(), thing), [thing, object, trace, commands])
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
        {steps.map((step, index) => (
          <li key={index} data-who={step.who} data-fault={step.isFault || undefined}>
            <time>{momentText(step.at)}</time>
            <b>{step.what}</b>
            {step.detail ? <p>{step.detail}</p> : null}
          </li>
        ))}
      </ol>
    </section>
  )
}

const titles: Partial<Readonly<Record<Thing['resource'], string>>> = { nodes: 'Why is it so?', components: 'Why is it so?' }
