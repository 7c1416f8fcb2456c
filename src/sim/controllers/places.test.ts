import { expect, test } from 'vitest'
import { RandomStreams } from '../kernel/random.ts'
import type { Pod } from '../api/generated/types.ts'
import { placesBefore } from './places.ts'

const pod = (name: string) => ({ metadata: { name } }) as Pod

test.each([1, 2, 3])('each pod is found where it stood, whatever came, went or changed meanwhile (seed %i)', (seed) => {
  const random = new RandomStreams(seed).of('pods')
  for (let round = 0; round < 200; round += 1) {
    const before = Array.from({ length: 20 }, (_, at) => pod(`p${10 + at}`)).filter(() => random.chance(2, 3))
    const kept = before.filter(() => random.chance(3, 4)).map((each) => (random.chance(1, 2) ? each : pod(each.metadata.name)))
    const others = Array.from({ length: 20 }, (_, at) => pod(`p${10 + at}`)).filter(({ metadata }) => random.chance(1, 4) && !before.some((each) => each.metadata.name === metadata.name))
    const now = [...kept, ...others].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    expect([...placesBefore(before, now)]).toEqual(now.map(({ metadata }) => before.findIndex((each) => each.metadata.name === metadata.name)))
  }
})
