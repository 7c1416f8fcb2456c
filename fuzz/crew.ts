import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { SeedReport } from './runner.ts'

/** How many processes work at a time. */
export const crewSize = 2

/** Runs one program to its end and hands out its lines. */
export async function hear(file: string, words: readonly string[], line: (text: string) => void): Promise<void> {
  const child = spawn(process.execPath, [file, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  for await (const text of createInterface({ input: child.stdout })) line(text)
  const code = await ended
  if (code !== 0) throw new Error(`${file} ${words.join(' ')} ended with ${code}`)
}

/** Plays seeds, dealt out to the processes; each may stop after some failures. */
export async function playSeeds(file: string, { first, last, minutes, failures }: { readonly first: number; readonly last: number; readonly minutes: number; readonly failures?: number }, told: (report: SeedReport) => void): Promise<void> {
  const shares = Array.from({ length: crewSize }, (_, index) => hear(file, ['run', String(first + index), String(last), String(crewSize), String(minutes), ...(failures === undefined ? [] : [String(failures)])], (text) => told(JSON.parse(text) as SeedReport)))
  await Promise.all(shares)
}
