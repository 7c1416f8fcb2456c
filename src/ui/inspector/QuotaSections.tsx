import { Bar } from '../design/Bar.tsx'
import { quotaRows } from '../stores/quotas.ts'
import { useCluster } from '../stores/simulation-store.ts'

/** Of a quota: how much of each limit is used, and what it is about. */
export function QuotaSections({ id }: { readonly id: string }) {
  const quota = useCluster((view) => view.objects.resourcequotas.get(id))
  if (!quota) return null
  const { scopes = [], scopeSelector } = quota.spec
  const about = [...scopes, ...(scopeSelector?.matchExpressions ?? []).map(({ scopeName, operator, values = [] }) => [scopeName, operator, values.join(', ')].filter(Boolean).join(' '))]
  return (
    <>
      <section>
        <h3>Used <span>of what its namespace may</span></h3>
        <dl className="quota">
          {quotaRows(quota).map(({ name, used, hard, share }) => (
            <div key={name} data-full={share >= 1 || undefined}>
              <dt className="mono">{name}</dt>
              <dd>{used ?? 'not counted yet:'} of {hard}</dd>
              <Bar share={share} />
            </div>
          ))}
        </dl>
      </section>
      {about.length > 0 ? (
        <section>
          <h3>Only of pods that are</h3>
          <ul>{about.map((scope) => <li key={scope} className="mono">{scope}</li>)}</ul>
        </section>
      ) : null}
    </>
  )
}
