import { useMemo, useState, type KeyboardEvent } from 'react'
import type { KubernetesObject } from '../../sim/api/objects.ts'
import { keyOf } from '../../sim/api/objects.ts'
import type { ComponentName } from '../../sim/cluster/run.ts'
import { Dialog } from '../design/Dialog.tsx'
import { actionsFor, carryOut } from '../stores/actions.ts'
import type { ClusterView } from '../stores/cluster-view.ts'
import { faultChoices, type FaultTarget } from '../stores/fault-choices.ts'
import { setSpeed, speeds, step, togglePause } from '../stores/pace.ts'
import { currentView, perform, undo } from '../stores/simulation-store.ts'
import { kindOf, nameOf, type Thing } from '../stores/things.ts'
import { useUi } from '../stores/ui-store.ts'

interface Entry {
  readonly text: string
  readonly hint: string
  run(): void
}

const shownAtMost = 12

/** Finds any thing and any action by typing a part of its name. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const entries = useMemo(() => allEntries(currentView()), [])
  const found = useMemo(() => find(entries, text), [entries, text])
  const run = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen((chosen + 1) % Math.max(1, found.length))
    else if (event.key === 'ArrowUp') setChosen((chosen - 1 + found.length) % Math.max(1, found.length))
    else if (event.key === 'Enter') run(found[chosen])
    else return
    event.preventDefault()
  }
  return (
    <Dialog label="Search and commands" className="palette" onClose={onClose}>
      <input
        className="palette-input"
        placeholder="Search a machine, a pod, a command…"
        role="combobox"
        aria-label="Search or run a command"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
        value={text}
        autoFocus
        spellCheck={false}
        onChange={(event) => { setText(event.target.value); setChosen(0) }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" role="listbox" aria-label="Found">
        {found.map((entry, index) => (
          <li key={`${entry.text}${entry.hint}`} id={`palette-${index}`} role="option" aria-selected={index === chosen} onPointerMove={() => setChosen(index)} onClick={() => run(entry)}>
            <span>{entry.text}</span>
            <small>{entry.hint}</small>
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p className="p-3 text-text-2">Nothing here is called that.</p> : null}
    </Dialog>
  )
}

function find(entries: readonly Entry[], text: string): readonly Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const matches = entries.filter((entry) => words.every((word) => `${entry.text} ${entry.hint}`.toLowerCase().includes(word)))
  // What begins as typed comes before what contains it, and that before what only its hint tells of.
  const rank = ({ text: name }: Entry) => (name.toLowerCase().startsWith(text.trim().toLowerCase()) ? 0 : words.every((word) => name.toLowerCase().includes(word)) ? 1 : 2)
  return matches.map((entry) => ({ entry, rank: rank(entry) })).sort((a, b) => a.rank - b.rank).slice(0, shownAtMost).map(({ entry }) => entry)
}

function allEntries(view: ClusterView): readonly Entry[] {
  const ui = useUi.getState()
  const ofPage: Entry[] = [
    { text: view.pace.paused ? 'Play' : 'Pause', hint: 'time', run: togglePause },
    { text: 'Next change', hint: 'time', run: () => step('change') },
    { text: 'Undo the last command', hint: 'run', run: undo },
    { text: 'Gallery of scenarios', hint: 'open', run: () => ui.openDialog({ kind: 'gallery' }) },
    { text: 'Share', hint: 'open', run: () => ui.openDialog({ kind: 'share' }) },
    { text: 'Events', hint: 'open', run: () => ui.openDock('events') },
    { text: 'Break the image registry…', hint: 'fault', run: () => ui.openDialog({ kind: 'fault', target: { on: 'registry' } }) },
    ...(view.faults.length > 0 ? [{ text: 'End all faults', hint: 'fault', run: () => void perform({ kind: 'end-fault' }) }] : []),
    { text: 'Write YAML', hint: 'open', run: () => { ui.select(null); ui.openDock('yaml') } },
    ...(ui.moved.size > 0 ? [{ text: 'Put the cards back', hint: 'view', run: () => ui.set({ moved: new Map() }) }] : []),
    ...speeds.map((speed): Entry => ({ text: `Speed ${speed}×`, hint: 'time', run: () => setSpeed(speed) })),
  ]
  return [...things(view).flatMap((thing) => entriesOf(view, thing)), ...ofPage]
}

function things(view: ClusterView): Thing[] {
  const { nodes, deployments, daemonsets, replicationcontrollers, resourcequotas, services, pods } = view.objects
  const all = (resource: Exclude<Thing['resource'], 'components'>, objects: ReadonlyMap<string, KubernetesObject>) => [...objects.values()].map((object): Thing => ({ resource, key: keyOf(object) }))
  return [
    ...all('nodes', nodes), ...view.components.map(({ name }): Thing => ({ resource: 'components', key: name })),
    ...all('deployments', deployments), ...all('daemonsets', daemonsets), ...all('replicationcontrollers', replicationcontrollers), ...all('services', services), ...all('resourcequotas', resourcequotas), ...all('pods', pods),
  ]
}

function entriesOf(view: ClusterView, thing: Thing): Entry[] {
  const name = nameOf(thing)
  const ui = useUi.getState()
  const inspect: Entry = { text: name, hint: kindOf(thing), run: () => { ui.select(thing); ui.openDock('inspect') } }
  const actions = thing.resource === 'pods' ? [] : actionsFor(view, thing)
  return [inspect, ...actions.map((action): Entry => ({ text: `${action.label.replace(' it…', '')} ${name}`, hint: kindOf(thing), run: () => carryOut(action, thing) })), ...faultEntries(thing)]
}

/** Every fault by its name: "Freeze worker-1" opens the dialog with that one chosen. */
function faultEntries(thing: Thing): Entry[] {
  const { resource, key } = thing
  if (resource !== 'nodes' && resource !== 'components') return []
  const target: FaultTarget = resource === 'nodes' ? { on: 'node', node: key } : { on: 'component', component: key as ComponentName }
  const open = (first: string) => {
    useUi.getState().select(thing)
    useUi.getState().openDialog({ kind: 'fault', target, first })
  }
  return faultChoices(target).filter(({ id }) => id !== 'power-off' && id !== 'stop').map(({ id, title, term }): Entry => ({ text: `${title.replace(/ it(?= |$)/, '')}: ${key}`, hint: term, run: () => open(id) }))
}
