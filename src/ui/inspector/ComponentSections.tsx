import { doingsOf, doingWords } from '../stores/doings.ts'
import { momentText } from '../stores/format.ts'
import { useCluster } from '../stores/simulation-store.ts'

const shownAtMost = 30

/** Of a component: what it did last. */
export function ComponentSections({ name }: { readonly name: string }) {
  const component = useCluster((view) => view.components.find((one) => one.name === name))
  const trace = useCluster((view) => view.trace)
  const done = doingsOf(name, trace, shownAtMost)
  return (
    <section>
      <h3>What it did last{component?.fact ? <span> · {component.fact}</span> : null}</h3>
      {done.length === 0 ? <p className="text-text-2">Nothing that was written down.</p> : null}
      <ol className="events">
        {done.map((entry, index) => (
          <li className="event" key={`${entry.at}-${index}`}>
            <time>{momentText(entry.at)}</time>
            <span>{doingWords(entry)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
