import { burst, bursts, exposeCollector, heapPerPod, large, middle, replaySpeed, slicesOf, small, steady } from './measure.ts'

/** All figures that two versions are compared by, as costs: less is better (of slices, down to the 8 ms that are allowed). One run of them; `against.ts` runs this in processes of its own. */
function costs(): Readonly<Record<string, number>> {
  exposeCollector()
  const cold = burst(middle).seconds
  burst(middle)
  const few = bursts(small, 15)
  const many = bursts(middle, 5)
  const most = bursts(large, 1)
  const heap = heapPerPod(middle)
  return {
    'seconds until 30 pods on 3 nodes are Ready': few.seconds,
    'seconds until 1,000 pods on 100 nodes are Ready': many.seconds,
    'the same in a cold process': cold,
    'seconds until 10,000 pods on 1,000 nodes are Ready': most.seconds,
    'seconds to boot 3 nodes': few.bootSeconds,
    'seconds to boot 100 nodes': many.bootSeconds,
    'seconds to boot 1,000 nodes': most.bootSeconds,
    'seconds for a quiet hour of 3 nodes': 3600 / steady(small, 1500),
    'seconds for a quiet hour of 100 nodes': 3600 / steady(middle, 3000),
    'seconds to replay an hour with a lost node': 3600 / replaySpeed(),
    'bytes of heap a pod, just Ready': heap.justReady,
    'bytes of heap a pod, after an hour': heap.afterAnHour,
    'longest slice in ms, 1,000 pods': Math.max(8, slicesOf(middle, 3).longestMs),
    'longest slice in ms, 10,000 pods': Math.max(8, slicesOf(large, 2).longestMs),
  }
}

console.log(JSON.stringify(costs()))
