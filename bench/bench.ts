import { compareWith } from './against.ts'
import { burst, bursts, collectedHeap, dense, exposeCollector, heapPerPod, inTurn, large, middle, ratioOf, replaySpeed, slicesOf, small, steady, type Size } from './measure.ts'
import { rounded } from './numbers.ts'
import { runPeer, type PeerFigures } from './peer.ts'

/**
 * npm run bench [-- --quick] [-- --peer | --peer-quick]: what a cluster costs, as one JSON on standard output.
 * npm run bench -- --against REF: whether anything costs more than a tenth more than at that commit; exit code 1 when it does.
 * Absolute figures move from machine to machine; the ratios at the end, taken in one run, are what counts.
 * --quick leaves out 10,000 pods, --peer-quick leaves out the peer's run of 1,000, which takes minutes.
 */
const words = process.argv.slice(2)
const asked = new Set(words)

function nameOf({ nodes, pods }: Size): string {
  return `${pods} pods on ${nodes} nodes`
}

async function measure() {
  exposeCollector()
  const cold = burst(middle)
  // The compiler is at work on the engine for some runs more; whoever simulates for a minute has that behind him, and the peer takes a minute.
  bursts(middle, 8)
  const few = bursts(small, 5)
  // The first of these takes its memory from the machine and shows the compiler what large maps are: it is left out, as the first runs of the other sizes are.
  if (!asked.has('--quick')) bursts(large, 1)
  const [many, most] = inTurn([{ size: middle, times: 3 }, ...(asked.has('--quick') ? [] : [{ size: large, times: 1 }])], 5)
  const measured = [[small, few], [middle, many!], ...(most ? [[large, most] as const] : [])] as const
  const speed = { [nameOf(small)]: steady(small, 1500), [nameOf(middle)]: steady(middle, 3000) }
  const figures = {
    machine: { node: process.version, platform: `${process.platform}/${process.arch}` },
    steady: { unit: 'virtual seconds per second', ...speed },
    secondsUntilReady: { ...by(measured, ({ seconds }) => rounded(seconds)), [`${nameOf(middle)}, cold process`]: rounded(cold.seconds) },
    virtualSecondsUntilReady: by(measured, ({ virtualSeconds }) => virtualSeconds),
    bootSeconds: by(measured, ({ bootSeconds }) => rounded(bootSeconds)),
    podsPerSecond: by(measured, ({ seconds }, { pods }) => Math.round(pods / seconds)),
    heapBytesPerPod: { [nameOf(middle)]: heapPerPod(middle), [nameOf(dense)]: heapPerPod(dense), goal: 'at most 5000' },
    replaySpeed: { unit: 'virtual seconds per second', '600 s with a lost node': replaySpeed() },
    slices: { [nameOf(small)]: slicesOf(small, 5), [nameOf(middle)]: slicesOf(middle, 5), ...(most ? { [nameOf(large)]: slicesOf(large, 3) } : {}), goal: 'none over 8 ms' },
    ratios: most ? { [`time of ${nameOf(large)} / ${nameOf(middle)}`]: rounded(ratioOf(most, many!)), goal: 'at most 12' } : {},
  }
  if (!asked.has('--peer') && !asked.has('--peer-quick')) return figures
  return { ...figures, peer: await comparePeer({ few: speed[nameOf(small)]!, many: speed[nameOf(middle)]! }) }
}

function by<T, U>(measured: readonly (readonly [Size, T])[], figure: (value: T, size: Size) => U): Record<string, U> {
  return Object.fromEntries(measured.map(([size, value]) => [nameOf(size), figure(value, size)]))
}

/** The same on the peer, its clock made fast as ours is, and ours once more just before it; a run that takes too long is left out, never guessed. */
async function comparePeer(steadily: { readonly few: number; readonly many: number }) {
  const third = { nodes: 100, pods: 300 }
  const [ourFew, ourThird, ourMany] = inTurn([{ size: small, times: 5 }, { size: third, times: 3 }, { size: middle, times: 5 }], 1)
  const many = asked.has('--peer') ? await runPeer(middle.nodes, middle.pods, 600, collectedHeap) : null
  const medium = await runPeer(third.nodes, third.pods, 120, collectedHeap)
  const few = await runPeer(small.nodes, small.pods, 60, collectedHeap)
  const times = (theirs: PeerFigures | null, ours: { readonly seconds: number } | undefined) =>
    theirs && ours && { asItComes: rounded(theirs.secondsUntilReady / ours.seconds), withFastClock: rounded(theirs.secondsUntilReadyFastClock / ours.seconds) }
  return {
    '30 pods on 3 nodes': few, '300 pods on 100 nodes': medium, '1000 pods on 100 nodes': many,
    oursIsFaster: {
      '30 pods on 3 nodes until Ready': times(few, ourFew),
      '300 pods on 100 nodes until Ready': times(medium, ourThird),
      '1000 pods on 100 nodes until Ready (goal: 300)': times(many, ourMany),
      'steady at 30 on 3 (goal: 50)': few && rounded(steadily.few / few.steady),
      'steady at 1000 on 100 (goal: 200)': many && rounded(steadily.many / many.steady),
    },
  }
}

if (asked.has('--against')) process.exit(await compareWith(words[words.indexOf('--against') + 1]))
console.log(JSON.stringify(await measure(), null, 2))
// The peer leaves timers behind.
process.exit(0)
