import { Button } from '../design/Button.tsx'
import { Dialog } from '../design/Dialog.tsx'
import { keyHelp } from './keys.ts'
import { RunIdentity } from './RunIdentity.tsx'
import { fidelity } from './TopBar.tsx'

/** All keys, and what this is. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog label="Keys and help" className="help-dialog" onClose={onClose}>
      <h2>Keys</h2>
      <p className="text-text-2">A whole Kubernetes 1.36 cluster runs in this tab, on a clock you hold. Break anything: undo is a key away. <a className="text-accent font-semibold" href={fidelity} target="_blank" rel="noopener">How faithful it is</a></p>
      <dl>
        {keyHelp.map(({ keys, does }) => (
          <div key={does}>
            <dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <RunIdentity />
      <Button onClick={onClose}>Close</Button>
    </Dialog>
  )
}
