import { memo, useEffect, useRef, useState } from 'react'
import { useClock } from '../stores/clock.ts'
import { momentText } from '../stores/format.ts'
import type { Happening } from '../stores/narration.ts'
import { useSimulation } from '../stores/simulation-store.ts'
import type { BandPoint } from '../stores/story.ts'
import { bandSegments, placeLabels, stripSpan, ticks, type Label } from './strip-layout.ts'

const height = 70
const side = 20
const bandsAtMost = 4

/** The run so far: how each workload was, and what happened. */
export function Strip() {
  const [element, width] = useWidth()
  const second = useClock(({ now }) => Math.floor(now / 1000))
  const span = stripSpan(second * 1000)
  return (
    <div ref={element} className="lane">
      {width > 80 ? (
        <svg width={width} height={height} role="img" aria-label={`Timeline, now at ${momentText(second * 1000)}`}>
          <Scale span={span} width={width} />
          <Bands span={span} width={width} now={second * 1000} />
          <Marks span={span} width={width} now={second * 1000} />
          <Needle span={span} width={width} />
        </svg>
      ) : null}
    </div>
  )
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    if (element.current) observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return [element, width]
}

interface PartProps {
  readonly span: number
  readonly width: number
}

function xOf(at: number, { span, width }: PartProps): number {
  return side + (at / span) * (width - 2 * side)
}

const Scale = memo(function Scale(props: PartProps) {
  return (
    <g className="scale">
      {ticks(props.span, props.width < 400 ? 2 : 8).map((at) => (
        <g key={at}>
          <path d={`M${xOf(at, props)} 20v36`} />
          <text x={xOf(at, props)} y={68} textAnchor="middle">{momentText(at).replace(/^0(?=\d:)/, '')}</text>
        </g>
      ))}
    </g>
  )
})

function Bands({ now, ...props }: PartProps & { readonly now: number }) {
  const bands = useSimulation(({ story }) => story.bands)
  const hues = useSimulation(({ view }) => view.hues)
  return (
    <g>
      {[...bands].slice(0, bandsAtMost).map(([workload, points], index) => (
        <Band key={workload} name={workload.split('/').at(-1) ?? ''} points={points} y={22 + index * 9} colour={`var(--app${hues.get(workload) ?? 0})`} now={now} {...props} />
      ))}
    </g>
  )
}

interface BandProps extends PartProps {
  readonly name: string
  readonly points: readonly BandPoint[]
  readonly y: number
  readonly colour: string
  readonly now: number
}

function Band({ name, points, y, colour, now, ...props }: BandProps) {
  return (
    <g>
      <title>{name}</title>
      {bandSegments(points, now).map(({ from, to, share }) => (
        <rect key={from} x={xOf(from, props)} y={y} width={Math.max(1, xOf(to, props) - xOf(from, props))} height={7} rx={1.5} fill={colour} fillOpacity={0.15 + 0.85 * share} />
      ))}
    </g>
  )
}

const tones: Readonly<Record<Happening['tone'], string>> = { you: 'var(--accent)', bad: 'var(--bad)', warn: 'var(--warn)', leaving: 'var(--leaving)', good: 'var(--ready)', calm: 'var(--text-3)' }

function Marks({ now, ...props }: PartProps & { readonly now: number }) {
  const happenings = useSimulation(({ story }) => story.happenings)
  const marks = happenings.filter((happening) => happening.mark)
  const labels = placeLabels(marks.map(({ at, mark, topic }): Label => ({ x: xOf(at, props), text: mark ?? '', matters: topic.startsWith('command/') })), props.width, xOf(Math.min(now, props.span), props))
  return (
    <g className="marks">
      {marks.map((happening, index) => {
        const x = xOf(happening.at, props)
        const anchor = labels[index]
        return (
          <g key={`${happening.topic}${happening.at}`} style={{ color: tones[happening.tone] }}>
            <title>{`${momentText(happening.at)} ${happening.lead}`}</title>
            <path d={`M${x} 17v40`} />
            {anchor ? <text x={anchor === 'start' ? x + 5 : x - 5} y={12} textAnchor={anchor}>{happening.mark}</text> : null}
          </g>
        )
      })}
    </g>
  )
}

function Needle(props: PartProps) {
  const x = useClock(({ now }) => Math.round(xOf(Math.min(now, props.span), props) * 2) / 2)
  return (
    <g className="needle">
      <path d={`M${x} 14v44`} />
      <circle cx={x} cy={14} r={5} />
    </g>
  )
}
