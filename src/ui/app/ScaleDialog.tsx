import { Minus, Plus } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '../design/Button.tsx'
import { CommandLine } from '../design/CommandLine.tsx'
import { Dialog } from '../design/Dialog.tsx'
import { kubectl, replicasOf } from '../stores/actions.ts'
import { currentView, perform } from '../stores/simulation-store.ts'
import { kindOf, nameOf, type Thing } from '../stores/things.ts'

const most = 1000

/** How many there should be. */
export function ScaleDialog({ thing, onClose }: { readonly thing: Thing; readonly onClose: () => void }) {
  const before = replicasOf(currentView(), thing)
  const [replicas, setReplicas] = useState(before)
  const change = (to: number) => setReplicas(Math.max(0, Math.min(most, Math.round(to) || 0)))
  const apply = () => {
    if (thing.resource !== 'components') void perform({ kind: 'scale', resource: thing.resource, key: thing.key, replicas })
    onClose()
  }
  return (
    <Dialog label={`Scale ${nameOf(thing)}`} className="scale-dialog" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); apply() }}>
        <h2>Scale {nameOf(thing)}</h2>
        <p className="text-text-2">{kindOf(thing)} · wants {before} now</p>
        <div className="stepper">
          <IconButton label="One fewer" look="plain" onClick={() => change(replicas - 1)}><Minus size={16} /></IconButton>
          <input className="field" type="number" min={0} max={most} value={replicas} aria-label="Replicas" autoFocus onChange={(event) => change(Number(event.target.value))} />
          <IconButton label="One more" look="plain" onClick={() => change(replicas + 1)}><Plus size={16} /></IconButton>
        </div>
        <CommandLine line={kubectl('scale', thing, `--replicas=${replicas}`)} />
        <div className="flex gap-2 mt-4">
          <Button look="primary" type="submit" disabled={replicas === before}>Scale to {replicas}</Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
