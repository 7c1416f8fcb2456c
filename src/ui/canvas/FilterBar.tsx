import { List, Shapes } from 'lucide-react'
import { useMemo } from 'react'
import { Button } from '../design/Button.tsx'
import { useCluster } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import { passes } from './filter.ts'

/** What to show of what there is: a namespace, labels or a part of a name; and the list behind the picture. */
export function FilterBar() {
  const namespaces = useCluster((view) => view.objects.namespaces)
  const { namespace, search, asTable, set } = useUi()
  const isVain = useCluster(({ objects }) => search.trim() !== '' && ![...objects.pods.values(), ...objects.services.values()].some((object) => passes(object, namespace, search)))
  const names = useMemo(() => [...namespaces.keys()].sort(), [namespaces])
  return (
    <div className="filter-bar nokey" role="search" aria-label="Filter">
      <select className="field" aria-label="Namespace" value={namespace ?? ''} onChange={(event) => set({ namespace: event.target.value || null })}>
        <option value="">All namespaces</option>
        {names.map((name) => <option key={name}>{name}</option>)}
      </select>
      <input id="filter" className="field" type="search" placeholder="Name or app=web" aria-label="Filter by label or name" value={search} spellCheck={false} onChange={(event) => set({ search: event.target.value })} />
      <Button isSmall aria-pressed={asTable} onClick={() => set({ asTable: !asTable })}>
        {asTable ? <Shapes size={14} /> : <List size={14} />}
        {asTable ? 'Picture' : 'Table'}
      </Button>
      {isVain ? <p className="filter-none" role="status">Nothing is called or labelled like that.</p> : null}
    </div>
  )
}
