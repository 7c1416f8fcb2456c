import { useEffect, useState } from 'react'
import type { Pod } from '../../sim/api/generated/types.ts'
import { Button } from '../design/Button.tsx'
import { CommandLine } from '../design/CommandLine.tsx'
import { kubectl } from '../stores/actions.ts'
import { useClock } from '../stores/clock.ts'
import { theSimulation } from '../stores/simulation-store.ts'

/** What a container has printed, kept up to date while it is looked at. */
export function Logs({ id, pod, isOpen }: { readonly id: string; readonly pod: Pod; readonly isOpen: boolean }) {
  const [open, setOpen] = useState(isOpen)
  useEffect(() => {
    if (isOpen) setOpen(true)
  }, [isOpen])
  return (
    <section>
      <h3>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? '▾' : '▸'} Logs</button>
      </h3>
      {open ? <LogText id={id} pod={pod} /> : null}
    </section>
  )
}

const linesKept = 400

function LogText({ id, pod }: { readonly id: string; readonly pod: Pod }) {
  const [container, setContainer] = useState(pod.spec.containers[0]?.name ?? '')
  const [previous, setPrevious] = useState(false)
  const [text, setText] = useState<string | null>(null)
  const second = useClock(({ now }) => Math.floor(now / 1000))
  useEffect(() => {
    let isCurrent = true
    void theSimulation().ask({ kind: 'logs', pod: id, container, previous }).then((result) => {
      if (isCurrent) setText(result.ok ? logText(result.value) : (result.status.message ?? 'No logs.'))
    })
    return () => {
      isCurrent = false
    }
  }, [id, container, previous, second])
  const hasPrevious = pod.status.containerStatuses?.some((status) => status.name === container && status.restartCount > 0)
  return (
    <>
      <div className="flex gap-2 mb-2">
        {pod.spec.containers.length > 1 ? (
          <select className="field" aria-label="Container" value={container} onChange={(event) => setContainer(event.target.value)}>
            {pod.spec.containers.map(({ name }) => <option key={name}>{name}</option>)}
          </select>
        ) : null}
        {hasPrevious ? <Button isSmall aria-pressed={previous} onClick={() => setPrevious(!previous)}>{previous ? 'Show this life' : 'Show the life before'}</Button> : null}
      </div>
      <pre className="logs mono" tabIndex={0} aria-label="Log">{text === null ? '…' : text || 'Nothing printed yet.'}</pre>
      <CommandLine line={`${kubectl('logs', { resource: 'pods', key: id })}${previous ? ' --previous' : ''}`} />
    </>
  )
}

/** Control characters are shown, never obeyed. */
function logText(value: unknown): string {
  const lines = Array.isArray(value) ? value.map(String) : String(value ?? '').split('\n')
  // eslint-disable-next-line no-control-regex -- these are the very characters to be made visible
  return lines.slice(-linesKept).join('\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}
