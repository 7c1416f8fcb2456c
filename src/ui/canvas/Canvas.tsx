import { useEffect } from 'react'
import { workloadOf } from '../stores/hues.ts'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import { thingId, type Thing } from '../stores/things.ts'
import { phone, useMedia } from '../design/media.ts'
import { useUi } from '../stores/ui-store.ts'
import { manyMachines } from './arrange.ts'
import { ApplicationsView } from './ApplicationsView.tsx'
import { ControlPlaneView } from './ControlPlaneView.tsx'
import { EmptyCanvas } from './EmptyCanvas.tsx'
import { RegistryFaults } from './FaultTags.tsx'
import { FilterBar } from './FilterBar.tsx'
import { MachinesView } from './MachinesView.tsx'
import { PhoneList } from './PhoneList.tsx'
import { TableView } from './TableView.tsx'
import './canvas.css'
import './views.css'

/** The picture in the middle of the page: one of three views, or the table behind it. */
export function Canvas({ onStart }: { readonly onStart: () => void }) {
  const view = useUi((ui) => ui.view)
  const asTable = useUi((ui) => ui.asTable)
  const isPhone = useMedia(phone)
  const boots = useCluster((cluster) => cluster.boots)
  const isEmpty = useCluster((cluster) => cluster.objects.nodes.size === 0)
  const isMany = useCluster((cluster) => cluster.objects.nodes.size > manyMachines + 1)
  useKin()
  if (boots === 0) return <main className="canvas loading" aria-busy="true"><p>Building the cluster…</p></main>
  return (
    <main className="canvas" aria-label={titles[view]} data-view={view} data-many={isMany || undefined}>
      {isEmpty ? <EmptyCanvas onStart={onStart} /> : asTable ? <TableView /> : <Picture view={view} isPhone={isPhone} />}
      {isPhone || isEmpty ? null : <FilterBar />}
      <RegistryFaults />
    </main>
  )
}

const titles = { machines: 'Machines', applications: 'Applications', 'control-plane': 'Control plane' } as const

function Picture({ view, isPhone }: { readonly view: keyof typeof titles; readonly isPhone: boolean }) {
  if (view === 'applications') return <ApplicationsView />
  if (view === 'control-plane') return <ControlPlaneView />
  return isPhone ? <PhoneList /> : <MachinesView />
}

/** Sets the pods of the selected thing's workload apart. */
function useKin(): void {
  const selected = useUi((ui) => ui.selected)
  useEffect(() => useUi.getState().set({ kin: selected ? kinOf(selected) : null }), [selected])
}

function kinOf(thing: Thing): string | null {
  const { objects } = currentView()
  if (thing.resource === 'pods') {
    const pod = objects.pods.get(thing.key)
    return pod ? workloadOf(objects, pod) : null
  }
  if (thing.resource === 'replicasets') {
    const owner = objects.replicasets.get(thing.key)?.metadata.ownerReferences?.[0]
    return owner ? `deployments/${thing.key.split('/')[0]}/${owner.name}` : thingId(thing)
  }
  return thing.resource === 'deployments' || thing.resource === 'daemonsets' || thing.resource === 'replicationcontrollers' ? thingId(thing) : null
}
