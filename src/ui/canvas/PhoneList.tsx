import { useEffect, useMemo, useRef } from 'react'
import { isControlPlane, zoneOf } from '../stores/node-status.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { ownHeight } from './arrange.ts'
import { ControlPlaneCard } from './ControlPlaneCard.tsx'
import { MachineCard } from './MachineCard.tsx'
import { ServiceCard } from './ServiceCard.tsx'
import { Tray } from './Tray.tsx'
import { isShownService } from './arrange.ts'

/** The machines view where there is room for one column only. */
export function PhoneList() {
  const nodes = useCluster((view) => view.objects.nodes)
  const services = useCluster((view) => view.objects.services)
  const names = useMemo(() => [...nodes.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).map((node) => ({ name: node.metadata.name, zone: zoneOf(node), isControl: isControlPlane(node) })), [nodes])
  const workers = names.filter(({ isControl }) => !isControl)
  const selected = useUi((ui) => ui.selected)
  const hintSeen = useUi((ui) => ui.hintSeen)
  const hinted = hintSeen ? undefined : workers.reduce<(typeof workers)[number] | undefined>((last, worker) => (last && last.zone > worker.zone ? last : last?.zone === worker.zone && last.name > worker.name ? last : worker), undefined)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The sheet must not hide what it tells of.
    if (selected) list.current?.querySelector('[data-selected]')?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  return (
    <div className="phone-list" ref={list}>
      {workers.map(({ name }) => <PhoneMachine key={name} name={name} isHinted={name === hinted?.name} />)}
      <Tray />
      {names.filter(({ isControl }) => isControl).map(({ name }) => <ControlPlaneCard key={name} name={name} />)}
      <div className="phone-services">{[...services.keys()].filter(isShownService).map((key) => <ServiceCard key={key} id={key} />)}</div>
    </div>
  )
}

/** Room for the hint between the pods and the foot: it must not lie over them. */
const hintHeight = 50

function PhoneMachine({ name, isHinted }: { readonly name: string; readonly isHinted: boolean }) {
  const rows = useCluster((view) => view.rows.get(name))
  const look = (rows?.places.length ?? 0) > 30 ? 'squares' : 'chips'
  return <MachineCard name={name} look={look} height={ownHeight(look, rows) + (isHinted ? hintHeight : 0)} isHinted={isHinted} />
}
