import { Check, Copy, X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { encodeLink, linkBudget } from '../../scenario/link.ts'
import { writeScenario, type Scenario } from '../../scenario/scenario.ts'
import { secretsIn, withoutSecretData } from '../../scenario/secrets.ts'
import { Button, IconButton } from '../design/Button.tsx'
import { Dialog } from '../design/Dialog.tsx'
import { currentScenario } from './open-scenario.ts'
import { OpenFile } from './OpenFile.tsx'
import './share.css'

/** A link with all that is needed to see the same thing, or a file where a link would be too long. */
export function ShareDialog({ onClose }: { readonly onClose: () => void }) {
  const [scenario] = useState(currentScenario)
  const [withSecrets, setWithSecrets] = useState(false)
  const secrets = secretsIn(scenario.run)
  const shared = useMemo(() => (secrets > 0 && !withSecrets ? { ...scenario, run: withoutSecretData(scenario.run) } : scenario), [scenario, secrets, withSecrets])
  const link = useMemo(() => `${location.origin}${location.pathname}#${encodeLink(shared)}`, [shared])
  return (
    <Dialog label="Share" className="share" onClose={onClose}>
      <header className="share-head">
        <div>
          <h2>Share this cluster</h2>
          <p className="text-text-2">Whoever opens the link sees the same cluster at the same moment, and can go on from there. Nothing is stored on a server: the link holds it all.</p>
        </div>
        <IconButton label="Close" onClick={onClose}><X size={16} /></IconButton>
      </header>
      <LinkField link={link} />
      <p className="share-budget" role="status">{budgetWords(link.length)}</p>
      {secrets > 0 && (
        <label className="share-secrets">
          <input type="checkbox" checked={withSecrets} onChange={(event) => setWithSecrets(event.target.checked)} />
          Include the data of Secrets. Links stay in chat logs and browser histories; it is left out unless you tick this.
        </label>
      )}
      <footer className="share-foot">
        <Button onClick={() => saveFile(shared)}>Save to a file</Button>
        <OpenFile onOpened={onClose} />
      </footer>
    </Dialog>
  )
}

function LinkField({ link }: { readonly link: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link)
      setCopied(true)
      setTimeout(() => setCopied(false), 2000)
    } catch {
      // No clipboard: the field can be selected by hand.
    }
  }
  return (
    <div className="share-link">
      <input className="field mono" aria-label="Link" readOnly value={link} onFocus={({ target }) => selectFromStart(target)} />
      <Button look="primary" onClick={() => void copy()}>{copied ? <Check size={15} /> : <Copy size={15} />} {copied ? 'Copied' : 'Copy link'}</Button>
    </div>
  )
}

/** The beginning is what can be told apart: the browser would show the end of what it selects. */
function selectFromStart(field: HTMLInputElement): void {
  field.select()
  requestAnimationFrame(() => { field.scrollLeft = 0 })
}

function budgetWords(length: number): string {
  const size = `${length} characters: `
  if (length <= linkBudget.qr) return `${size}fits everywhere, a QR code included.`
  if (length <= linkBudget.chat) return `${size}fits into a chat message.`
  if (length <= linkBudget.browser) return `${size}too long for most chats; it works in a browser and in an e-mail.`
  return `${size}too long to be passed on safely. Save it to a file.`
}

function saveFile(scenario: Scenario): void {
  const url = URL.createObjectURL(new Blob([writeScenario(scenario)], { type: 'application/json' }))
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = `${scenario.title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'cluster'}.kubarium.json`
  anchor.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
