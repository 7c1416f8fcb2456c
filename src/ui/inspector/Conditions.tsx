import type { KubernetesObject } from '../../sim/api/objects.ts'

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

/** The conditions of any object that has some. */
export function Conditions({ object }: { readonly object: KubernetesObject | undefined }) {
  const conditions = (object as { readonly status?: { readonly conditions?: readonly Condition[] } } | undefined)?.status?.conditions ?? []
  if (conditions.length === 0) return null
  return (
    <section>
      <h3>Conditions</h3>
      <dl className="conditions">
        {conditions.map((condition) => (
          <div key={condition.type} data-status={condition.status}>
            <dt>{condition.type}</dt>
            <dd>
              <b>{condition.status}</b> {condition.reason}
              {condition.message ? <p>{condition.message}</p> : null}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
