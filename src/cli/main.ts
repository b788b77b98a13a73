#!/usr/bin/env node
/** The `medseal` command: hands the command line to one of its subcommands, and turns failures into words. */
import { explainFailure } from './failure.ts'
import { buildProgram } from './program.ts'

// A reader such as `head` may close the pipe before everything is written: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  const program = await buildProgram(process.argv[2])
  await program.parseAsync()
} catch (error) {
  const { text, exitCode } = explainFailure(error)
  if (text !== '') process.stderr.write(`${text}\n`)
  process.exitCode = exitCode
}
