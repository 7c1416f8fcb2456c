import type { Millis } from '../kernel/agenda.ts'
import type { EpochMillis } from '../api/time.ts'
import type { Question } from './shell-commands.ts'

/** What a program does next; the answer of `ask` and the skip count of `iteration` go back in through the generator. */
export type ProgramStep =
  | { readonly kind: 'wait'; readonly millis: Millis }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'file'; readonly path: string; readonly text: string | null }
  | { readonly kind: 'memory'; readonly bytes: number }
  /** Something was done that nobody sees: see `ShellState.work`. */
  | { readonly kind: 'work'; readonly effort: number }
  /** A question whose answer nobody knows beforehand. */
  | { readonly kind: 'ask'; readonly question: Question }
  /** One more round of a loop that cannot end; the reader may skip some. */
  | { readonly kind: 'iteration'; readonly period: Millis }
  /** From here on it is a server, or sleeps for good. */
  | { readonly kind: 'forever'; readonly serves: boolean; readonly ports: readonly number[] }

/** A running program: yields what it does, returns its exit code. */
export type Program = Generator<ProgramStep, number, number | boolean | undefined>

/** What a program sees of its container. */
export interface ProgramHost {
  readonly environment: ReadonlyMap<string, string>
  readonly hostname: string
  /** Files that are there when it starts (mounted volumes); null: not there. */
  fileText(path: string): string | null
  /** Wall-clock time `offset` after the program's start. */
  epochAt(offset: Millis): EpochMillis
  /** What a command that nobody knows is: an error, the image's own server, or a tool of the image's that does its work (or fails). */
  readonly unknownCommand: 'missing' | 'serves' | 'succeeds' | 'fails'
}

/** A part of a program that only does something. */
export type ProgramPart = Generator<ProgramStep, void, number | boolean | undefined>
