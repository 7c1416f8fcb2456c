import { useMemo } from 'react'
import { isControlPlane } from '../stores/node-status.ts'
import { useCluster } from '../stores/simulation-store.ts'
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
  const names = useMemo(() => [...nodes.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).map((node) => ({ name: node.metadata.name, isControl: isControlPlane(node) })), [nodes])
  return (
    <div className="phone-list">
      {names.filter(({ isControl }) => !isControl).map(({ name }) => <PhoneMachine key={name} name={name} />)}
      <Tray />
      {names.filter(({ isControl }) => isControl).map(({ name }) => <ControlPlaneCard key={name} name={name} />)}
      <div className="phone-services">{[...services.keys()].filter(isShownService).map((key) => <ServiceCard key={key} id={key} />)}</div>
    </div>
  )
}

function PhoneMachine({ name }: { readonly name: string }) {
  const rows = useCluster((view) => view.rows.get(name))
  const look = (rows?.places.length ?? 0) > 30 ? 'squares' : 'chips'
  return <MachineCard name={name} look={look} height={ownHeight(look, rows)} />
}
