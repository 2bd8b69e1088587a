import { startReceiver } from 'seaworthy/testing'
import { startProgram } from '../process/start-service.ts'
import { type Facts, factsOf, SEPARATOR } from './facts.ts'
import type { Program, SetUp } from './set-ups.ts'

/** Runs a program to its end, and says what has arrived of it. */
export async function runProgram(
  program: Program,
  setUp: SetUp,
  env: Readonly<Record<string, string>> = {},
): Promise<Facts> {
  await using receiver = await startReceiver()
  const lines = await launchProgram(program, setUp, { ...receiver.environment(), ...AT_THE_END, ...env })
  return new Map([...factsOf(receiver.store), ...factsSaid(lines)])
}

/**
 * Once, at the end: how often would depend on how busy the machine is, and with the stock SDK every request of an exporter
 * is in the metrics of the service.
 */
const AT_THE_END = {
  OTEL_METRIC_EXPORT_INTERVAL: '60000',
  OTEL_BSP_SCHEDULE_DELAY: '60000',
  OTEL_BLRP_SCHEDULE_DELAY: '60000',
}

/**
 * Runs a program to its end; what it has said, line by line.
 *
 * @throws Error where it ends with anything but 0, with all that it has said
 */
export async function launchProgram(
  program: Program,
  setUp: SetUp,
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  await using running = startProgram(
    program.file,
    {
      OTEL_SERVICE_NAME: 'differential',
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
  return running.lines
}

/** What the program says itself, one line each: `fact <what>: <value>`. */
function factsSaid(lines: readonly string[]): Facts {
  const said = lines.flatMap((line) => /^fact ([^:]+): (.*)$/.exec(line) ?? [])
  const facts = new Map<string, string>()
  for (let at = 0; at + 2 < said.length; at += 3) facts.set(`program${SEPARATOR}${said[at + 1]}`, said[at + 2] ?? '')
  return facts
}
