import { useMemo } from 'react'
import { momentText } from '../stores/format.ts'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import { whyChain } from '../stores/why.ts'

/** "Why is it here?": from a person's command or a fault down to this pod, as far as the story is kept. */
export function Why({ id }: { readonly id: string }) {
  const pod = useCluster((view) => view.objects.pods.get(id))
  const trace = useCluster((view) => view.trace)
  const nodes = useCluster((view) => view.objects.nodes)
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the story of a pod changes with it, with the trace, and with the nodes
  const steps = useMemo(() => (pod ? whyChain(currentView(), pod) : []), [pod, trace, nodes])
  if (steps.length === 0) return null
  return (
    <section>
      <h3>Why is it here?</h3>
      <ol className="why">
        {steps.map((step, index) => (
          <li key={index} data-who={step.who}>
            <time>{momentText(step.at)}</time>
            <b>{step.what}</b>
            {step.detail ? <p>{step.detail}</p> : null}
          </li>
        ))}
      </ol>
    </section>
  )
}
