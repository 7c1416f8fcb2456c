import type { KubernetesObject } from '../../src/sim/api/objects.ts'
import type { ApiRequest } from '../../src/sim/api/request.ts'
import type { ApiServer } from '../../src/sim/apiserver/server.ts'
import type { Cluster } from '../../src/sim/cluster/cluster.ts'
import type { KeyValue } from '../../src/sim/etcd/store.ts'
import { Answers } from './answers.ts'
import { Scene, type Check } from './check.ts'
import type { Sight } from './sight.ts'
import { Daemons } from './daemons.ts'
import { Deletions } from './deletions.ts'
import { History } from './history.ts'
import { ImageBackOff, RestartBackOff } from './back-offs.ts'
import { ForeignOwners } from './foreign-owners.ts'
import { Lives } from './lives.ts'
import { Network } from './network.ts'
import { NodeLives } from './node-lives.ts'
import { Placements } from './placements.ts'
import { PodLives } from './pod-lives.ts'
import { PodPlaces } from './pod-places.ts'
import { Probes } from './probes.ts'
import { Requests } from './requests.ts'
import { Rollouts } from './rollouts.ts'
import { Rules } from './rules.ts'
import { Scaling } from './scaling.ts'
import { Shutdowns } from './shutdowns.ts'
import { ToldEvents } from './told-events.ts'
import { ToldStatuses } from './told-statuses.ts'
import { Watches } from './watches.ts'

/*
 * Where each row of INVARIANTS.md is checked. Rows of kinds that are not built (31, 42, 81-83, 85-89, 91-94, 99-102) are not here;
 * 32 and 33 are golden data and the hostile tests, 10, 105 and 106 the page's and the API's own tests; 17 follows from 11 and 13.
 *
 *   1, 104          play.ts, hot-loops.ts: each event     | 44-49           placements.ts: at the binding
 *   2               runner.ts: one run in fifteen twice   | 50              at-rest.ts
 *   3-5, 7-9        history.ts: at every commit           | 52-54, 56-57, 59 node-lives.ts
 *   6               answers.ts: at every request          | 55, 60, 61, 64-66, 70, 71  pod-lives.ts
 *   20, 21          probes.ts: by requests of its own     | 58, 73          requests.ts
 *   11-16, 18, 19, 22  watches.ts, with an informer       | 62, 63, 67      back-offs.ts, pod-lives.ts
 *   23, 24, 26, 27  lives.ts                              | 66, 68          told-statuses.ts
 *   25, 28-30       probes.ts; 25, 26 requests.ts         | 68, 69, 72      pod-places.ts
 *   34-36, 38, 40, 41  deletions.ts, lives.ts             | 74-77, 79       rollouts.ts; 74, 78 at-rest.ts
 *   37              at-rest.ts                            | 78, 80          scaling.ts
 *   39              foreign-owners.ts                     | 84              daemons.ts, at-rest.ts
 *   43              requests.ts, pod-lives.ts             | 95, 97; 96      network.ts; at-rest.ts
 *   90, 103         at-rest.ts, end-state.ts              | 98              rules.ts, at-rest.ts
 *   107             told-events.ts                        | 108             shutdowns.ts: what an orderly shutdown promises
 *
 * What a process may not know yet excuses it, and nothing else: sight.ts tells since when it knows everything, by its own connection.
 */

/** Watches one run and checks, at every commit, after every request and after every event, what must hold at every instant. */
export class Invariants {
  readonly scene: Scene
  /** When each key was written last, for what must be at rest. */
  readonly writes = new Map<string, number>()
  private readonly checks: readonly Check[]
  private readonly afterEvents: readonly Check[]
  private readonly requesting: readonly Check[]
  private server: ApiServer | null = null

  constructor(
    private readonly cluster: Cluster,
    sight: Sight,
  ) {
    const scene = (this.scene = new Scene(cluster, sight))
    for (const kv of cluster.store.range('') as KeyValue<KubernetesObject>[]) scene.take(kv, undefined)
    this.checks = [
      new History(scene), new Lives(scene), new PodLives(scene), new RestartBackOff(scene), new ImageBackOff(scene), new Deletions(scene), new Placements(scene), new NodeLives(scene),
      new Rollouts(scene), new Scaling(scene), new Daemons(scene), new Network(scene), new ToldEvents(scene), new Requests(scene), new PodPlaces(scene), new Watches(scene), new Probes(scene),
      new Answers(scene), new ForeignOwners(scene), new Rules(scene), new ToldStatuses(scene), new Shutdowns(scene),
    ]
    this.afterEvents = this.checks.filter(({ afterEvent }) => afterEvent !== undefined)
    this.requesting = this.checks.filter(({ requested }) => requested !== undefined)
    cluster.store.watch('/registry/', cluster.store.revision, (kv) => this.committed(kv))
    this.listen()
  }

  /** After each event. */
  afterEvent(): void {
    this.listen()
    for (const check of this.afterEvents) check.afterEvent!()
  }

  /** At the end of a phase. */
  whole(): void {
    for (const check of this.checks) check.whole?.()
  }

  private committed(kv: KeyValue<KubernetesObject>): void {
    const { scene } = this
    scene.checked += 1
    this.writes.set(kv.key, this.cluster.now)
    const write = { kv, key: kv.key, before: kv.previous?.value, after: kv.value, request: scene.request }
    for (const check of this.checks) check.committed?.(write)
    scene.take(kv, write.before)
  }

  /** Hears what is asked of the API server that runs now, and what it answers. */
  private listen(): void {
    const server = this.cluster.apiServer
    if (server === null || server === this.server) return
    this.server = server
    const answer = server.request.bind(server)
    server.request = (request: ApiRequest) => {
      const outer = this.scene.request
      this.scene.request = request
      const result = answer(request)
      this.scene.request = outer
      for (const check of this.requesting) check.requested!(request, result)
      return result
    }
  }
}
