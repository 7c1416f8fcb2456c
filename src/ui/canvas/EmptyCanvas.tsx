import { Button } from '../design/Button.tsx'
import { useUi } from '../stores/ui-store.ts'

/** Never just blank: what is being done, or the three ways to begin. */
export function EmptyCanvas({ onStart }: { readonly onStart: () => void }) {
  return (
    <div className="empty-canvas">
      <h2>Nothing runs here yet</h2>
      <p>Start a small shop on three machines, paste YAML of your own, or pick a scenario.</p>
      <div className="flex gap-2 justify-center flex-wrap">
        <Button look="primary" onClick={onStart}>Start the shop</Button>
        <Button onClick={() => useUi.getState().openDock('yaml')}>Paste YAML</Button>
        <Button onClick={() => useUi.getState().openDialog({ kind: 'gallery' })}>Open the gallery</Button>
      </div>
    </div>
  )
}
