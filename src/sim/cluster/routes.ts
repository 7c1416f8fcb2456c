import { badRequest } from '../api/errors.ts'
import { refused, type Result } from '../api/status.ts'
import type { Cluster, ClusterQuestion } from './cluster.ts'

/** Who answers a request to a Service now. */
export function routeOf(_cluster: Cluster, _question: Extract<ClusterQuestion, { kind: 'route' }>): Result<unknown> {
  return refused(badRequest('routes are not answered yet'))
}
