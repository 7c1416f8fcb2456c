import { expect, test } from 'vitest'
import { Timeline } from '../kernel/agenda.ts'
import { RandomStreams } from '../kernel/random.ts'
import type { KubernetesObject } from '../api/objects.ts'
import type { Transport } from '../api/request.ts'
import { accepted } from '../api/status.ts'
import { fair } from './faults/link-condition.ts'
import { Link } from './link.ts'

test('over a slow connection the reason comes before the end: whoever watches lists anew instead of watching again and again', () => {
  const timeline = new Timeline()
  const expired = { kind: 'Status', code: 410, metadata: {} } as unknown as KubernetesObject
  const server: Transport = {
    request: () => accepted(null),
    watch(_request, sink) {
      sink.event({ type: 'ERROR', object: expired })
      sink.closed()
      return accepted({ stop: () => undefined })
    },
  }
  const link = new Link({ component: 'kube-scheduler', node: 'control-plane-1' }, { timeline, random: new RandomStreams(1).of('test'), route: () => server })
  link.suffer({ ...fair, lag: 2000 })
  const told: string[] = []
  link.watch({ verb: 'watch', group: '', version: 'v1', resource: 'pods', user: 'test' }, { event: ({ type }) => told.push(`${timeline.now} ${type}`), closed: () => told.push(`${timeline.now} closed`) })
  expect(told).toEqual([])
  timeline.advanceTo(3000)
  expect(told).toEqual(['2000 ERROR', '2000 closed'])
})
