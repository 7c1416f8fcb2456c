import { Ellipsis } from 'lucide-react'
import { useMemo } from 'react'
import type { KubernetesObject } from '../../sim/api/objects.ts'
import { splitKey } from '../../sim/api/objects.ts'
import { parseTime } from '../../sim/api/time.ts'
import { Button } from '../design/Button.tsx'
import { CommandLine } from '../design/CommandLine.tsx'
import { MenuButton } from '../design/MenuButton.tsx'
import { actionsFor, carryOut, kubectl, type Action } from '../stores/actions.ts'
import { ageText } from '../stores/format.ts'
import { useClock } from '../stores/clock.ts'
import { currentView, useCluster } from '../stores/simulation-store.ts'
import { kindOf, nameOf, objectOf, thingOf, type Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'
import { ComponentSections } from './ComponentSections.tsx'
import { Conditions } from './Conditions.tsx'
import { EndpointsSections } from './EndpointsSections.tsx'
import { NodeSections } from './NodeSections.tsx'
import { ObjectEvents } from './ObjectEvents.tsx'
import { PodSections } from './PodSections.tsx'
import { QuotaSections } from './QuotaSections.tsx'
import { RunningDown } from './RunningDown.tsx'
import { ServiceSections } from './ServiceSections.tsx'
import { StatusMark } from './StatusMark.tsx'
import { Why } from './Why.tsx'
import { WrongNow } from './WrongNow.tsx'
import { WorkloadSections } from './WorkloadSections.tsx'
import './inspector.css'

/** All about the selected thing: its state first, then why, then the rest. */
export function Inspector() {
  const selected = useUi((ui) => ui.selected)
  if (!selected) return <Nothing />
  return <Inspected key={`${selected.resource}/${selected.key}`} thing={selected} />
}

function Nothing() {
  return (
    <div className="nothing">
      <h2>Nothing is selected</h2>
      <p>Click a machine, a pod or a Service, or walk with the arrow keys and press Enter.</p>
      <p>A right click, or the ⋯ button, shows what can be done to it. <kbd>?</kbd> lists the keys.</p>
    </div>
  )
}

function Inspected({ thing }: { readonly thing: Thing }) {
  const object = useCluster((view) => objectOf(view, thing))
  const isThere = useCluster((view) => object !== undefined || (thing.resource === 'components' && view.components.some(({ name }) => name === thing.key)))
  return (
    <div className="inspector" aria-label={`${kindOf(thing)} ${nameOf(thing)}`}>
      <Header thing={thing} object={object} isThere={isThere} />
      {isThere ? (
        <>
          <WrongNow thing={thing} />
          <RunningDown thing={thing} />
          <Why thing={thing} />
          <Sections thing={thing} />
          <Owners object={object} />
          <Conditions object={object} />
          <ObjectEvents thing={thing} />
          {thing.resource === 'components' ? null : <section><CommandLine line={kubectl('describe', thing)} /></section>}
        </>
      ) : (
        <section><p>It is gone. Its events and the timeline still tell of it.</p></section>
      )}
    </div>
  )
}

interface HeaderProps {
  readonly thing: Thing
  readonly object: KubernetesObject | undefined
  readonly isThere: boolean
}

const shownActions = 4

/** Faults end by their own buttons below, why stands below, too, and the registry is not the pod's own. */
function isWorthAButton({ label, effect }: Action): boolean {
  return !label.startsWith('End:') && !('open' in effect && effect.open === 'why') && !('fault' in effect && effect.fault.on === 'registry')
}

function Header({ thing, object, isThere }: HeaderProps) {
  const machines = useCluster((view) => view.machines)
  const components = useCluster((view) => view.components)
  const faults = useCluster((view) => view.faults)
  const start = useCluster((view) => view.start)
  // eslint-disable-next-line react-hooks/exhaustive-deps -- what can be done depends on the thing itself, its machine and the components
  const actions = useMemo(() => (isThere ? actionsFor(currentView(), thing) : []), [isThere, thing, object, machines, components, faults])
  const { namespace } = splitKey(thing.key)
  const node = useCluster((view) => (thing.resource === 'pods' ? view.objects.pods.get(thing.key)?.spec.nodeName : undefined))
  return (
    <section>
      <div className="who">
        <StatusMark thing={thing} />
        <div>
          <h2 title={nameOf(thing)}>{nameOf(thing)}</h2>
          <p>{[kindOf(thing), namespace, node].filter(Boolean).join(' · ')}{object ? <Age object={object} start={start} /> : null}</p>
        </div>
      </div>
      {isThere ? (
        <div className="actions">
          {actions.filter(isWorthAButton).slice(0, shownActions).map((action) => (
            <Button key={action.label} isSmall title={[action.key ? `Key: ${action.key}` : '', action.kubectl ?? ''].filter(Boolean).join(' · ') || undefined} onClick={() => carryOut(action, thing)}>{action.label}</Button>
          ))}
          <MenuButton
            label="More actions"
            look="plain"
            isSmall
            items={() => actions.map((action) => ({ label: action.label, key: action.key, isGrave: action.isGrave, line: action.kubectl, onChoose: () => carryOut(action, thing) }))}
          >
            <Ellipsis size={14} />
          </MenuButton>
        </div>
      ) : null}
    </section>
  )
}

function Age({ object, start }: { readonly object: KubernetesObject; readonly start: number }) {
  const created = parseTime(object.metadata.creationTimestamp) ?? start
  const age = useClock(({ now }) => ageText(start + now - created))
  return <> · {age} old</>
}

function Sections({ thing }: { readonly thing: Thing }) {
  switch (thing.resource) {
    case 'pods':
      return <PodSections id={thing.key} />
    case 'nodes':
      return <NodeSections name={thing.key} />
    case 'services':
      return <ServiceSections id={thing.key} />
    case 'endpoints':
      return <EndpointsSections id={thing.key} />
    case 'deployments':
    case 'replicasets':
    case 'daemonsets':
    case 'replicationcontrollers':
      return <WorkloadSections resource={thing.resource} id={thing.key} />
    case 'resourcequotas':
      return <QuotaSections id={thing.key} />
    case 'components':
      return <ComponentSections name={thing.key} />
    default:
      return null
  }
}

function Owners({ object }: { readonly object: KubernetesObject | undefined }) {
  const owners = object?.metadata.ownerReferences ?? []
  if (owners.length === 0) return null
  return (
    <section>
      <h3>Belongs to</h3>
      <ul>
        {owners.map((owner) => {
          const thing = thingOf(owner.kind, object?.metadata.namespace, owner.name)
          return (
            <li key={owner.uid}>
              {owner.kind} {thing ? <Button look="link" onClick={() => useUi.getState().select(thing)}>{owner.name}</Button> : owner.name}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
