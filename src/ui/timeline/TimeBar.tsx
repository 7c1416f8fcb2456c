import { ChevronLast, Pause, Play, StepForward } from 'lucide-react'
import { IconButton } from '../design/Button.tsx'
import { MenuButton } from '../design/MenuButton.tsx'
import { useClock } from '../stores/clock.ts'
import { runClock } from '../stores/format.ts'
import { setSpeed, speeds, step, togglePause } from '../stores/pace.ts'
import { useCluster } from '../stores/simulation-store.ts'
import { Strip } from './Strip.tsx'
import './timeline.css'

/** The clock of the cluster and what moves it. Always visible. */
export function TimeBar() {
  const pace = useCluster((view) => view.pace)
  return (
    <footer className="time" aria-label="Time">
      <div className="play">
        <button type="button" className="go" aria-label={pace.paused ? 'Play' : 'Pause'} title={`${pace.paused ? 'Play' : 'Pause'} (space)`} onClick={togglePause}>
          {pace.paused ? <Play size={17} fill="currentColor" /> : <Pause size={17} fill="currentColor" />}
        </button>
        <IconButton label="One event (.)" className="wide-only" onClick={() => step('event')}><StepForward size={17} /></IconButton>
        <IconButton label="Next change (n)" onClick={() => step('change')}><ChevronLast size={18} /></IconButton>
        <MenuButton
          label={`Speed: ${pace.speed}×`}
          look="plain"
          isSmall
          className="speed"
          items={() => speeds.map((speed) => ({ label: `${speed}×`, isChecked: speed === pace.speed, onChoose: () => setSpeed(speed) }))}
        >
          {pace.speed}×
        </MenuButton>
        <Clock />
      </div>
      <Strip />
    </footer>
  )
}

const date = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'UTC' })

function Clock() {
  const text = useClock(({ now }) => runClock(now))
  const start = useCluster((view) => view.start)
  const wall = useClock(({ now }) => date.format(start + now))
  return (
    <div className="clock">
      {text}
      <small>{wall.replace(',', '')} in the cluster</small>
    </div>
  )
}
