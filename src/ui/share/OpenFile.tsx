import { useRef } from 'react'
import { readScenario, scenarioLimits } from '../../scenario/scenario.ts'
import { Button } from '../design/Button.tsx'
import { useUi } from '../stores/ui-store.ts'
import { offer } from './offered.ts'

/** Opens a scenario from a file: as a preview, like a link. */
export function OpenFile({ onOpened }: { readonly onOpened: () => void }) {
  const input = useRef<HTMLInputElement>(null)
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return
    const reading = file.size > scenarioLimits.bytes ? { ok: false as const, problem: `the file is larger than ${scenarioLimits.bytes / 1024} KiB` } : readScenario(await file.text())
    if (reading.ok) {
      offer(reading)
      onOpened()
    } else useUi.getState().notify({ tone: 'bad', text: `${file.name}: ${reading.problem}.` })
  }
  return (
    <>
      <Button onClick={() => input.current?.click()}>Open a file</Button>
      <input ref={input} type="file" accept=".json,application/json" className="visually-hidden" tabIndex={-1} aria-label="Scenario file" onChange={(event) => void read(event.target.files?.[0])} />
    </>
  )
}
