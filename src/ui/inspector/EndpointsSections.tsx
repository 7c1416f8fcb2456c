import type { EndpointAddress, EndpointSubset } from '../../sim/api/generated/types.ts'
import { Button } from '../design/Button.tsx'
import { useCluster } from '../stores/simulation-store.ts'
import { nameOf, thingOf } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'

/** Of Endpoints: the Service they belong to, and who can be reached at which ports. */
export function EndpointsSections({ id }: { readonly id: string }) {
  const endpoints = useCluster((view) => view.objects.endpoints.get(id))
  const hasService = useCluster((view) => view.objects.services.has(id))
  if (!endpoints) return null
  const service = { resource: 'services', key: id } as const
  return (
    <>
      <section>
        <h3>Service</h3>
        <p>{hasService ? <Button look="link" onClick={() => useUi.getState().select(service)}>{nameOf(service)}</Button> : <span className="text-text-2">There is no Service of this name.</span>}</p>
        <p className="text-text-2">Nodes route by EndpointSlices; Endpoints say the same in the form that came before.</p>
      </section>
      {endpoints.subsets?.length ? endpoints.subsets.map((subset, at) => <Subset key={at} subset={subset} />) : <section><h3>Addresses <span>0</span></h3><p className="text-text-2">Nobody answers.</p></section>}
    </>
  )
}

const shownAtMost = 100

function Subset({ subset: { addresses = [], notReadyAddresses = [], ports = [] } }: { readonly subset: EndpointSubset }) {
  const all = [...addresses.map((address) => ({ address, word: '' })), ...notReadyAddresses.map((address) => ({ address, word: '· not ready' }))]
  return (
    <section>
      <h3>Addresses <span>{addresses.length} of {all.length} ready</span></h3>
      <ul>{ports.map(({ name, port, protocol }) => <li key={`${port}${protocol}`} className="mono">{name ? `${name} ` : ''}{port}/{protocol}</li>)}</ul>
      <ul>{all.slice(0, shownAtMost).map(({ address, word }) => <li key={`${address.ip}${address.targetRef?.uid ?? ''}`}><Address address={address} /> {word}</li>)}</ul>
      {all.length > shownAtMost ? <p className="text-text-2">and {all.length - shownAtMost} more</p> : null}
    </section>
  )
}

function Address({ address: { ip, targetRef } }: { readonly address: EndpointAddress }) {
  const thing = thingOf(targetRef?.kind, targetRef?.namespace, targetRef?.name)
  return <><span className="mono">{ip}</span> {thing ? <Button look="link" onClick={() => useUi.getState().select(thing)}>{nameOf(thing)}</Button> : null}</>
}
