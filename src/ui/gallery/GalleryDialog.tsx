import { gallery, type GalleryEntry } from '../../scenario/gallery.ts'
import { Button, IconButton } from '../design/Button.tsx'
import { Dialog } from '../design/Dialog.tsx'
import { openScenario } from '../share/open-scenario.ts'
import { X } from 'lucide-react'
import './gallery.css'

/** Scenarios of our own, each with what there is to see. */
export function GalleryDialog({ onClose }: { readonly onClose: () => void }) {
  const open = (entry: GalleryEntry) => {
    openScenario(entry.scenario)
    onClose()
  }
  return (
    <Dialog label="Scenarios" className="gallery" onClose={onClose}>
      <header className="gallery-head">
        <div>
          <h2>Scenarios</h2>
          <p className="text-text-2">Each starts a cluster of its own. What runs now is kept in your browser until you start another.</p>
        </div>
        <IconButton label="Close" onClick={onClose}><X size={16} /></IconButton>
      </header>
      <ul className="gallery-grid">
        {gallery.map((entry) => (
          <li key={entry.id} className="gallery-card">
            <h3>{entry.scenario.title}</h3>
            <p>{entry.summary}</p>
            <ol>
              {entry.watch.map((line) => <li key={line}>{line}</li>)}
            </ol>
            {entry.hint && <p className="gallery-hint">{entry.hint}</p>}
            <Button look="primary" isSmall onClick={() => open(entry)} aria-label={`Start: ${entry.scenario.title}`}>Start</Button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
