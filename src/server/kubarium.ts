import { parseArguments, usage } from './arguments.ts'
import { InputError } from './input.ts'
import { runScenario } from './run-scenario.ts'

/** The command line `kubarium`: a cluster without a browser. Ends with 0, with 1 when an expectation fails, with 2 for bad arguments or input. */
function main(words: readonly string[]): number {
  const [command, ...rest] = words
  if (command === undefined || command === '--help' || command === '-h' || rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(usage)
    return command === undefined ? 2 : 0
  }
  try {
    if (command !== 'run') throw new InputError(`unknown command "${command}"; there is: run`)
    const { output, verdicts, failed } = runScenario(parseArguments(rest), (warning) => process.stderr.write(`Warning: ${warning}\n`))
    process.stdout.write(output)
    for (const { ok, text, found } of verdicts) if (!ok) process.stderr.write(`expectation failed: ${text} (found: ${found})\n`)
    return failed ? 1 : 0
  } catch (error) {
    if (error instanceof InputError) {
      process.stderr.write(`error: ${error.message}\n`)
      return 2
    }
    // A defect of our own: never to be mistaken for an expectation that failed.
    process.stderr.write(`kubarium has a defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return 3
  }
}

// Whoever reads may stop early (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = main(process.argv.slice(2))
