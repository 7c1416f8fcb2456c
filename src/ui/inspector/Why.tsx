import { momentText } from '../stores/format.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { whyChain } from '../stores/why.ts'

/** "Why is it here?": from a person's command or a fault down to this pod, as far as the story is kept. */
export function Why({ id }: { readonly id: string }) {
  const pod = useCluster((view) => view.objects.pods.get(id))
  const view = useCluster((cluster) => cluster)
  const steps = pod ? whyChain(view, pod) : []
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
