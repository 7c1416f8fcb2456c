// Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go getTerminationMessage, pkg/kubelet/status/status_manager.go normalizeStatus (v1.36). Left out: the newline at the end of a file; characters of more than one byte count as one.
import type { Container, PodSpec } from '../api/generated/types.ts'
import type { ContainerRecord } from '../runtime/node-disk.ts'
import type { LogLine } from '../runtime/script-run.ts'

/** How much of what a container has written is told of it: of its file, of its log instead, and of all containers of a pod together. */
export const terminationMessageLimits = { file: 4096, log: 2048, logLines: 80, pod: 12 * 1024 } as const

/** Who knows what a container has printed. */
export interface LogReader {
  logOf(record: ContainerRecord): readonly LogLine[]
}

/** What a container that has ended said of its end: the end of its file or, where it asks for that and failed without a word, of its log. */
export function terminationMessage({ terminationMessagePolicy }: Container, record: ContainerRecord, spec: Pick<PodSpec, 'containers' | 'initContainers'>, logs: LogReader): string {
  const { file, log, logLines, pod } = terminationMessageLimits
  const asksForLog = terminationMessagePolicy === 'FallbackToLogsOnError' && record.exitCode !== 0 && record.message === ''
  const message = asksForLog ? logs.logOf(record).slice(-logLines).map(({ text }) => `${text}\n`).join('').slice(-log) : record.message.slice(-file)
  return message.slice(0, Math.floor(pod / (spec.containers.length + (spec.initContainers?.length ?? 0))))
}
