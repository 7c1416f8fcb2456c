import { useEffect, useState } from 'react'
import { CommandLine } from '../design/CommandLine.tsx'
import { runClock } from '../stores/format.ts'
import { theSimulation, useCluster } from '../stores/simulation-store.ts'

/** What makes this run this run: two people who see the same line see the same cluster, bit for bit. */
export function RunIdentity() {
  const isPaused = useCluster((view) => view.pace.paused)
  const now = useCluster((view) => (view.pace.paused ? view.now : 0))
  const [line, setLine] = useState('')
  useEffect(() => {
    let isCurrent = true
    if (isPaused) {
      void theSimulation().ask({ kind: 'hash' }).then((result) => {
        const { version, seed } = theSimulation().snapshot().run
        if (isCurrent) setLine(result.ok ? `version ${version}, seed ${seed}, at ${runClock(now)}, hash ${String(result.value)}` : '')
      })
    }
    return () => {
      isCurrent = false
    }
  }, [isPaused, now])
  return (
    <section className="identity" aria-label="This run">
      <h3>This run</h3>
      {isPaused ? (line ? <CommandLine line={line} isPlain /> : <p className="text-text-2">Counting…</p>) : <p className="text-text-2">Pause (space) to see its hash: whoever has the same line has the same cluster.</p>}
    </section>
  )
}
