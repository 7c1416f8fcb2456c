import { formatDuration } from '../../api/duration.ts'
import type { Fault } from './fault.ts'

/** `freeze worker-1`, `slow kube-scheduler 500ms`: a fault in the words in which it is asked for. */
export function faultText(fault: Fault): string {
  const words = [fault.kind, subjectText(fault), ...amounts(fault)]
  return words.filter((word) => word !== '').join(' ')
}

/** What a fault is about, as the trace names things: `nodes/worker-1`, `components/kube-scheduler`, `images/nginx`. */
export function faultSubject(fault: Fault): string {
  if ('image' in fault && fault.image !== undefined) return `images/${fault.image}`
  const { component, node } = placeOf(fault)
  if (component !== undefined && node === undefined) return `components/${component}`
  return node === undefined ? '' : `nodes/${node}`
}

function subjectText(fault: Fault): string {
  if ('image' in fault) return fault.image ?? ''
  const { component, node } = placeOf(fault)
  return [component, node].filter((part) => part !== undefined).join('/')
}

function placeOf(fault: Fault): { readonly component?: string | undefined; readonly node?: string | undefined } {
  return fault as { readonly component?: string; readonly node?: string }
}

function amounts(fault: Fault): string[] {
  switch (fault.kind) {
    case 'slow':
      return [formatDuration(fault.by)]
    case 'clock-skew':
      return [`${fault.by < 0 ? '-' : '+'}${formatDuration(Math.abs(fault.by))}`]
    case 'cut-off':
      return fault.direction === undefined ? [] : [fault.direction]
    case 'stale':
      return fault.relist === true ? ['relist'] : []
    case 'lose-answers':
    case 'throttle':
      return fault.oneIn === undefined ? [] : [`1/${fault.oneIn}`]
    case 'registry-slow':
      return fault.times === undefined ? [] : [`${fault.times}x`]
    default:
      return []
  }
}
