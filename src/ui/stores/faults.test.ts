import { expect, test } from 'vitest'
import type { Batch, ToPage } from '../../bridge/protocol.ts'
import { Session } from '../../bridge/session.ts'
import { startScenario } from '../../scenario/gallery.ts'
import type { Command } from '../../sim/cluster/run.ts'
import { emptyView, received, type ClusterView } from './cluster-view.ts'
import { faultChoices, firstSettings, type FaultTarget } from './fault-choices.ts'
import { faultPlace, faultWords } from './fault-words.ts'
import { endOf, faultsOf, registryFaults } from './faults.ts'
import { told, emptyStory, type Story } from './story.ts'

/** The shop, what the page knows of it, and what it has told. */
function openShop() {
  const messages: ToPage[] = []
  let real = 0
  const session = new Session((message) => messages.push(message), () => real)
  session.handle({ type: 'boot', run: startScenario.scenario.run, until: 30_000, pace: { speed: 1, paused: true } })
  let view: ClusterView = emptyView
  let story: Story = emptyStory
  const hear = () => {
    for (let ticks = 0; session.tick() && ticks < 400;) ticks += 1
    for (const batch of messages.splice(0).filter((message): message is Batch => message.type === 'batch')) {
      const next = received(view, batch)
      story = told(story, view, next, batch)
      view = next
    }
    session.handle({ type: 'drawn' })
  }
  const answer = (command: Command) => {
    messages.length = 0
    session.handle({ type: 'command', id: 1, command })
    const result = messages.find((message) => message.type === 'answer')!.result
    hear()
    return result
  }
  const run = (milliseconds: number) => {
    session.handle({ type: 'pace', pace: { speed: 1000, paused: false } })
    real += milliseconds / 1000
    hear()
    session.handle({ type: 'pace', pace: { speed: 1000, paused: true } })
    hear()
  }
  hear()
  return { answer, run, view: () => view, story: () => story }
}

const targets: readonly FaultTarget[] = [
  { on: 'node', node: 'worker-1' }, { on: 'component', component: 'etcd' }, { on: 'component', component: 'kube-apiserver' }, { on: 'component', component: 'kube-controller-manager' },
  { on: 'component', component: 'kube-scheduler' }, { on: 'registry' }, { on: 'registry', image: 'nginx:1.27' },
]

test('the cluster knows every fault that the page offers, and the page has words and a place for each', () => {
  for (const target of targets) {
    const { answer, view } = openShop()
    for (const choice of faultChoices(target)) {
      const fault = choice.fault(firstSettings)
      expect([choice.id, answer({ kind: 'fault', fault, for: 600_000 }).ok]).toEqual([choice.id, true])
      const words = faultWords(fault)
      expect(words.lead).toMatch(/^(You|The) .*[^.]\.$|429 Too Many Requests\.$/)
      expect(words.mark.length).toBeLessThan(30)
      const place = faultPlace(fault)
      const active = place ? faultsOf(view(), place) : registryFaults(view())
      expect([choice.id, active.length]).toEqual([choice.id, choice.isInstant ? 0 : 1])
      if (!choice.isInstant) expect([choice.id, answer(endOf(active[0]!)).ok, view().faults]).toEqual([choice.id, true, []])
    }
  }
})

test('a fault that ends by itself is told when it ends, one that is ended by hand when it is ended', () => {
  const { answer, run, view, story } = openShop()
  answer({ kind: 'fault', fault: { kind: 'freeze', node: 'worker-1' }, for: 20_000 })
  answer({ kind: 'fault', fault: { kind: 'slow', component: 'kube-scheduler', by: 500 } })
  run(25_000)
  answer(endOf(view().faults[0]!))
  expect(view().faults).toEqual([])
  expect(story().happenings.filter(({ mark }) => mark !== 'apply').map(({ at, lead, mark }) => [Math.round(at / 1000), lead, mark])).toEqual([
    [30, 'You froze worker-1.', 'worker-1 frozen'],
    [30, 'You slowed kube-scheduler down by 500 ms.', 'kube-scheduler slow'],
    [50, 'worker-1 goes on where it stood.', 'worker-1 frozen over'],
    [55, 'kube-scheduler is as fast as before.', 'kube-scheduler slow over'],
  ])
})
