import { useEffect, useRef } from 'react'
import type { Container, ContainerStatus, Pod } from '../../sim/api/generated/types.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { Logs } from './Logs.tsx'
import { SchedulingTable } from './SchedulingTable.tsx'

/** Of a pod: its containers, its logs, and how the scheduler decided. */
export function PodSections({ id }: { readonly id: string }) {
  const pod = useCluster((view) => view.objects.pods.get(id))
  const section = useUi((ui) => ui.section)
  const logs = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (section === 'logs') logs.current?.scrollIntoView({ block: 'start' })
  }, [section])
  if (!pod) return null
  return (
    <>
      <SchedulingTable id={id} isOpen={section === 'why' || section === 'table' || !pod.spec.nodeName} isAsked={section === 'table'} revision={pod.metadata.resourceVersion} />
      <Containers pod={pod} />
      <div ref={logs}><Logs id={id} pod={pod} isOpen={section === 'logs'} /></div>
    </>
  )
}

function Containers({ pod }: { readonly pod: Pod }) {
  const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])]
  return (
    <section>
      <h3>Containers{pod.status.podIP ? <span> · {pod.status.podIP}</span> : null}</h3>
      <ul className="containers">
        {[...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => (
          <ContainerRow key={container.name} container={container} status={statuses.find(({ name }) => name === container.name)} />
        ))}
      </ul>
    </section>
  )
}

function ContainerRow({ container, status }: { readonly container: Container; readonly status: ContainerStatus | undefined }) {
  const last = status?.lastState?.terminated
  const requests = Object.entries(container.resources.requests ?? {}).map(([name, amount]) => `${name} ${amount}`).join(', ')
  return (
    <li>
      <b>{container.name}</b> <span className="mono">{container.image}</span>
      <p>
        {stateText(status)}
        {status && status.restartCount > 0 ? ` · restarted ${status.restartCount}×` : ''}
        {last ? ` · last: ${last.reason ?? 'ended'}, exit ${last.exitCode}` : ''}
        {requests ? ` · requests ${requests}` : ''}
      </p>
      {status?.state?.waiting?.message ? <p>{status.state.waiting.message}</p> : null}
    </li>
  )
}

function stateText(status: ContainerStatus | undefined): string {
  const { running, waiting, terminated } = status?.state ?? {}
  if (running) return status?.ready ? 'Running, ready' : 'Running, not ready'
  if (terminated) return `${terminated.reason ?? 'Terminated'}, exit ${terminated.exitCode}`
  return waiting?.reason ?? 'Not created yet'
}
