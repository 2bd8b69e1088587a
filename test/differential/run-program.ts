import { startReceiver } from 'seaworthy/testing'
import { startProgram } from '../process/start-service.ts'
import { type Facts, factsOf } from './facts.ts'
import type { Program, SetUp } from './set-ups.ts'

/** Runs a program to its end, and says what has arrived of it. */
export async function runProgram(
  program: Program,
  setUp: SetUp,
  env: Readonly<Record<string, string>> = {},
): Promise<Facts> {
  await using receiver = await startReceiver()
  await using running = startProgram(
    program.file,
    {
      ...receiver.environment(),
      OTEL_SERVICE_NAME: 'differential',
      // Once, at the end: how often would depend on how busy the machine is.
      OTEL_METRIC_EXPORT_INTERVAL: '60000',
      DIFFERENTIAL_INSTRUMENTATIONS: setUp.instrumentations(program).join(),
      DIFFERENTIAL_OWN: setUp.own(program).join(),
      ...env,
    },
    { flags: ['--import', new URL(`programs/preload/${setUp.preload}`, import.meta.url).href] },
  )
  const { code, signal } = await running.exit
  if (code !== 0) {
    const said = [...running.lines, ...running.errorLines].join('\n')
    throw new Error(`${program.name}, ${setUp.name}: ended with ${signal ?? code}. It said:\n${said}`)
  }
  return factsOf(receiver.store)
}
