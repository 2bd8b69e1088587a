/**
 * What `--import seaworthy/register` changes for services that know nothing of it: requests lost at SIGTERM, spans that
 * arrive, start-up and memory. Each variant bare and registered, in fresh processes, interleaved round by round.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../arguments.ts'
import { MACHINE } from '../measured-on.ts'
import { runCommand } from '../run-command.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { type IdleSample, measureIdle } from './idle-process.ts'
import { type Sample, type Subject, measureService } from './one-stop.ts'
import { toPage, toTables } from './page.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PAGE = fileURLToPath(new URL('../../docs/benchmarks/register.md', import.meta.url))
const SHIM = ['--import', './test/process/services/samples/instead-of-port-3000.mjs']

/** The samples, as they are in the documentation of their frameworks. */
const SAMPLES: readonly Subject[] = [
  {
    name: 'Express, hello world',
    file: 'test/process/services/samples/express-hello.cjs',
    flags: SHIM,
    path: () => '/',
  },
  {
    name: 'Fastify, hello world',
    file: 'test/process/services/samples/fastify-hello.mjs',
    flags: SHIM,
    path: () => '/',
  },
]

/** Services that already have something for their end, as the documentation of each package has it. */
const PACKAGES = [
  'close-with-grace',
  'terminus',
  'stoppable',
  'http-terminator',
  'http-graceful-shutdown',
  'lightship',
  'fastify',
  'nest',
]
const WITH_PACKAGES: readonly Subject[] = PACKAGES.map((name) => ({
  name,
  file: `bench/drain/services/${name}.mjs`,
  flags: ['--disable-warning=ExperimentalWarning'],
  path: (index) => ['', 'work', index % 10 === 0 ? 200 : 15].join('/'),
}))

export interface Row {
  readonly subject: string
  readonly registered: boolean
  readonly samples: readonly Sample[]
}

export interface Results {
  readonly rounds: number
  readonly machine: string
  readonly samples: readonly Row[]
  /** Empty without `npm ci` in `bench`. */
  readonly packages: readonly Row[]
  readonly idle: readonly { readonly registered: boolean; readonly samples: readonly IdleSample[] }[]
}

const OPTIONS = {
  json: { type: 'boolean' },
  rounds: { type: 'string' },
  page: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const
const HELP =
  'Usage: npm run build && npm run bench:register -- [--rounds N] [--json | --page]\n  --page  write docs/benchmarks/register.md\n'

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help === true) return void process.stdout.write(HELP)
  const results = await measureAll(wholeNumber('rounds', values.rounds, { fallback: 5 }))
  if (values.page === true) writeFileSync(PAGE, toPage(results))
  process.stdout.write(values.json === true ? `${JSON.stringify(results)}\n` : `${toTables(results)}\n`)
}

async function measureAll(rounds: number): Promise<Results> {
  const hasPeers = existsSync(new URL('../node_modules/close-with-grace', import.meta.url))
  return {
    rounds,
    machine: `Node ${process.version}, ${MACHINE}`,
    samples: await measureSubjects(SAMPLES, rounds),
    packages: hasPeers ? await measureSubjects(WITH_PACKAGES, rounds) : [],
    idle: await measureIdleProcesses(rounds * 3),
  }
}

async function measureSubjects(subjects: readonly Subject[], rounds: number): Promise<readonly Row[]> {
  const rows = subjects.flatMap((subject) =>
    [false, true].map((registered) => ({ subject, registered, samples: [] as Sample[] })),
  )
  for (let round = 1; round <= rounds; round++) {
    for (const { subject, registered, samples } of rows) {
      process.stderr.write(`round ${round} of ${rounds}: ${subject.name}${registered ? ', registered' : ''}\n`)
      await using receiver = createReceiver()
      const { endpoint } = await receiver.start()
      samples.push(await measureService(subject, { registered, endpoint, root: ROOT, store: receiver.store }))
    }
  }
  return rows.map(({ subject, registered, samples }) => ({ subject: subject.name, registered, samples }))
}

async function measureIdleProcesses(rounds: number): Promise<Results['idle']> {
  const rows = [false, true].map((registered) => ({ registered, samples: [] as IdleSample[] }))
  for (let round = 0; round < rounds; round++)
    for (const { registered, samples } of rows) samples.push(await measureIdle({ registered, root: ROOT }))
  return rows
}
