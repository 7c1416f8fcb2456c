import { parseArguments, usage } from './arguments.ts'
import { InputError } from './input.ts'
import { runScenario } from './run-scenario.ts'

/** The command line `kubarium`: a cluster without a browser. */
function main(words: readonly string[]): number {
  const [command, ...rest] = words
  if (command === undefined || command === '--help' || command === '-h' || rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(usage)
    return command === undefined ? 2 : 0
  }
  try {
    if (command !== 'run') throw new InputError(`unknown command "${command}"; there is: run`)
    const { output, failed } = runScenario(parseArguments(rest))
    process.stdout.write(output)
    return failed ? 1 : 0
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    process.stderr.write(`error: ${error.message}\n`)
    return 2
  }
}

// Whoever reads may have heard enough (`… | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = main(process.argv.slice(2))
