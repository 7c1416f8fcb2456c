import type { ProcessAgenda } from '../kernel/agenda.ts'
import type { Pod } from '../api/generated/types.ts'

/** What a program of our own gets when a container of its image starts: all it may know of the machine it runs on. */
export interface ProcessHost {
  /** Dies with the container. */
  readonly agenda: ProcessAgenda
  readonly nodeName: string
  readonly pod: Pod
  readonly containerName: string
  /** The whole command line. */
  readonly args: readonly string[]
  /** Ends the process; nothing that it planned runs any more. */
  exit(code: number, message?: string): void
  log(line: string): void
  /** Says when its probes succeed (without it they do from the start), and the ports it listens on (without them all). */
  serve(isServing: () => boolean, ports?: readonly number[]): void
  /** Runs when the process is asked to end or is killed, before its agenda is disposed of. A power-off does not ask. */
  onExit(run: () => void): void
}

export type ProcessFactory = (host: ProcessHost) => void

/** Programs by the repository of their image: `registry.k8s.io/kube-scheduler`. */
export type Processes = ReadonlyMap<string, ProcessFactory>
