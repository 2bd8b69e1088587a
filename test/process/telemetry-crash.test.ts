import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startReceiver, type TestReceiver } from 'seaworthy/testing'
import { describe, expect, test } from 'vitest'
import type { SignalAccount } from '../../src/telemetry/pipeline/signal-account.ts'
import { type ProgramSettings, type RunningProgram, startProgram } from './start-service.ts'

const COUNT = 3000
/** What SIGKILL or the end of memory may cost, as documented. */
const WINDOW_MS = 200

interface Directory extends Disposable {
  readonly path: string
}

function temporaryDirectory(): Directory {
  const path = mkdtempSync(join(tmpdir(), 'seaworthy-crash-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A process that has a spool in `directory`, or none. */
function start(
  receiver: TestReceiver,
  directory: string,
  env: Readonly<Record<string, string>>,
  settings?: ProgramSettings,
): RunningProgram {
  return startProgram(
    new URL('services/crashes.ts', import.meta.url),
    { ...receiver.environment(), SEAWORTHY_SPOOL_DIR: directory, ...env },
    settings,
  )
}

/** The numbers of what has arrived, each once: after a crash, what was on its way is sent again. */
function arrived(receiver: TestReceiver): { readonly spans: readonly number[]; readonly records: readonly number[] } {
  const orders = (items: readonly { readonly attributes: Readonly<Record<string, unknown>> }[]): number[] =>
    [...new Set(items.map(({ attributes }) => Number(attributes['order'])))].toSorted((a, b) => a - b)
  return { spans: orders(receiver.spans({ name: 'work' })), records: orders(receiver.logs({ body: 'work' })) }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, order) => order)

/** What the next process of the service delivers, the collector being there again. */
async function deliverLeftovers(receiver: TestReceiver, directory: string, expected: number): Promise<void> {
  await receiver.setFault(undefined)
  await using next = start(receiver, directory, { CRASH: 'no' })
  await next.line('ready')
  if (expected > 0) {
    await receiver.waitForSpan({ name: 'work', attribute: { order: expected - 1 } }, { timeout: '15s' })
    await receiver.waitForLog({ body: 'work', attribute: { order: expected - 1 } }, { timeout: '15s' })
  }
  next.kill('SIGTERM')
  expect(await next.exit).toEqual({ code: 0, signal: null })
}

describe.each([
  ['exit', 'process.exit() in the turn of the last span', 3],
  ['uncaught', 'an exception that nobody catches', 1],
  ['rejection', 'a rejection that nobody handles', 1],
])('%s', (crash, what, code) => {
  test.each([
    ['telemetry', 'createTelemetry()'],
    ['service', 'createService()'],
  ])(`${what}, while the collector is away, loses nothing (%s): the next process delivers it`, async (how) => {
    using directory = temporaryDirectory()
    await using receiver = await startReceiver({ fault: { kind: 'refuse' } })
    await using victim = start(receiver, directory.path, { CRASH: crash, HOW: how, COUNT: String(COUNT) })
    expect(await victim.exit).toEqual({ code, signal: null })
    expect(arrived(receiver)).toEqual({ spans: [], records: [] })

    await deliverLeftovers(receiver, directory.path, COUNT)
    expect(arrived(receiver)).toEqual({ spans: upTo(COUNT), records: upTo(COUNT) })
  })
})

interface Tick {
  readonly created: number
  readonly atMs: number
  readonly stallMs: number
}

/** How many there were a window before the last sign of life; a loop that stands still can't write either. */
function safeCount(victim: RunningProgram): number {
  const ticks = victim.lines
    .filter((line) => /^tick \d+ \d+ \d+$/.test(line))
    .map((line): Tick => {
      const [, created, atMs, stallMs] = line.split(' ').map(Number)
      return { created: created ?? 0, atMs: atMs ?? 0, stallMs: stallMs ?? 0 }
    })
  const lastMs = ticks.at(-1)?.atMs ?? 0
  const stallMs = Math.max(...ticks.filter(({ atMs }) => atMs > lastMs - 1000).map((tick) => tick.stallMs))
  return ticks.findLast(({ atMs }) => atMs <= lastMs - WINDOW_MS - stallMs)?.created ?? 0
}

const VIOLENT = [
  ['SIGKILL', { CRASH: 'killed' }, []],
  ['the end of memory', { CRASH: 'memory' }, ['--max-old-space-size=48']],
] as const

test.each(VIOLENT)(
  '%s, while the collector is away, costs at most the last 200 ms, and no gap before them',
  async (what, env, flags) => {
    using directory = temporaryDirectory()
    await using receiver = await startReceiver({ fault: { kind: 'refuse' } })
    await using victim = start(receiver, directory.path, env, { flags })
    if (what === 'SIGKILL') {
      await victim.line('tick 500 ')
      victim.kill('SIGKILL')
    }
    const end = await victim.exit
    expect(end.code).not.toBe(0)

    const safe = safeCount(victim)
    expect(safe).toBeGreaterThan(0)
    await deliverLeftovers(receiver, directory.path, safe)
    for (const orders of Object.values(arrived(receiver))) {
      expect(orders).toEqual(upTo(orders.length))
      expect(orders.length).toBeGreaterThanOrEqual(safe)
    }
  },
)

/** A service. Of the usual two seconds a tenth of one is for the last flush, which a busy machine may need for less. */
const LONG = { HOW: 'service', CRASH_BUDGET: '1m' }

/** Of the last line of a service. */
interface ShutdownFields {
  readonly counts: { readonly lostTelemetry: number }
  readonly flush: { readonly telemetry: Readonly<Record<'traces' | 'logs', SignalAccount>> & { readonly lost: number } }
}

/** How many spans and log records its last lines say are lost because it ended; the service has some of its own. */
function saidLost(victim: RunningProgram): { readonly spans: number; readonly records: number } {
  const said = (what: string): number => {
    const line = new RegExp(`(\\d+) ${what} lost: the process ended before they were delivered`)
    return Number(victim.lines.map((text) => line.exec(text)).find((found) => found !== null)?.[1] ?? 0)
  }
  return { spans: said('spans'), records: said('log records') }
}

describe.each([
  ['there is no spool', () => 'off'],
  [
    'the spool cannot be written',
    (directory: string) => {
      // A file where the directory would have to be: the owner of everything may write everywhere else.
      writeFileSync(join(directory, 'in-the-way'), '')
      return join(directory, 'in-the-way', 'spool')
    },
  ],
] as const)('where %s', (_what, spoolIn) => {
  test.each([
    ['process.exit() while the collector is away', 'exit', { kind: 'refuse' }],
    ['process.exit() while the collector is there', 'exit', undefined],
  ] as const)(
    '%s costs what was not delivered, and the last lines say how many that were',
    async (_name, crash, fault) => {
      using directory = temporaryDirectory()
      await using receiver = await startReceiver({ ...(fault && { fault }) })
      const env = { CRASH: crash, HOW: 'service', COUNT: String(COUNT), TMPDIR: directory.path }
      await using victim = start(receiver, spoolIn(directory.path), env)
      expect(await victim.exit).toEqual({ code: 3, signal: null })
      // Nothing can be sent in the turn in which a process ends.
      expect(arrived(receiver)).toEqual({ spans: [], records: [] })
      expect(saidLost(victim).spans).toBeGreaterThanOrEqual(COUNT)
      expect(saidLost(victim).records).toBeGreaterThanOrEqual(COUNT)
    },
  )

  test.each([
    ['an exception that nobody catches', 'uncaught'],
    ['a rejection that nobody handles', 'rejection'],
  ])(
    '%s in a service costs nothing while the collector is there: what waits is sent before the end',
    async (_name, crash) => {
      using directory = temporaryDirectory()
      await using receiver = await startReceiver()
      const env = { ...LONG, CRASH: crash, COUNT: String(COUNT), TMPDIR: directory.path }
      await using victim = start(receiver, spoolIn(directory.path), env)
      expect(await victim.exit).toEqual({ code: 1, signal: null })
      expect(arrived(receiver)).toEqual({ spans: upTo(COUNT), records: upTo(COUNT) })
      expect(saidLost(victim)).toEqual({ spans: 0, records: 0 })
    },
  )

  test('an exception that nobody catches in a service, while the collector is away, costs what its report says', async () => {
    using directory = temporaryDirectory()
    await using receiver = await startReceiver({ fault: { kind: 'refuse' } })
    const env = { ...LONG, CRASH: 'uncaught', COUNT: String(COUNT), TMPDIR: directory.path }
    await using victim = start(receiver, spoolIn(directory.path), env)
    expect(await victim.exit).toEqual({ code: 1, signal: null })
    const report = victim.lines.findLast((line) => line.includes('"shutdown"')) ?? '{}'
    const { flush, counts } = (JSON.parse(report) as { shutdown: ShutdownFields }).shutdown
    for (const { created, dropped, pending } of [flush.telemetry.traces, flush.telemetry.logs]) {
      expect(created).toBeGreaterThanOrEqual(COUNT)
      expect(dropped).toEqual({ flush_limit: created })
      expect(pending).toBe(0)
    }
    expect(counts.lostTelemetry).toBe(flush.telemetry.lost)
    expect(saidLost(victim)).toEqual({ spans: 0, records: 0 })
  })
})

test('without a spool, a crash costs what was not delivered, and leaves nothing behind', async () => {
  using directory = temporaryDirectory()
  await using receiver = await startReceiver({ fault: { kind: 'refuse' } })
  const env = { CRASH: 'exit', COUNT: '100', TMPDIR: directory.path }
  await using victim = start(receiver, 'off', env)
  expect(await victim.exit).toEqual({ code: 3, signal: null })
  expect(readdirSync(directory.path)).toEqual([])
  await receiver.setFault(undefined)
  await using next = start(receiver, 'off', { TMPDIR: directory.path })
  await next.line('ready')
  next.kill('SIGTERM')
  await next.exit
  expect(arrived(receiver)).toEqual({ spans: [], records: [] })
})

test('a disk that takes nothing costs nothing while the process lives: what waits is in memory, and is delivered', async () => {
  using directory = temporaryDirectory()
  await using receiver = await startReceiver({ fault: { kind: 'refuse' } })
  // No file longer than 512 bytes: for a spool, as a disk that is full.
  const node = join(directory.path, 'node.sh')
  const real = process.env['SEAWORTHY_TEST_NODE'] ?? process.execPath
  writeFileSync(node, `#!/bin/sh\nulimit -f 1\nexec '${real}' "$@"\n`)
  chmodSync(node, 0o755)
  const spool = join(directory.path, 'spool')
  await using victim = start(receiver, spool, { CRASH: 'killed', HOW: 'service' }, { node })
  await victim.line('tick 500 ')
  await receiver.setFault(undefined)
  await receiver.waitForSpan({ name: 'work', attribute: { order: 499 } }, { timeout: '15s' })
  victim.kill('SIGTERM')
  expect(await victim.exit).toEqual({ code: 0, signal: null })
  const said = victim.lines.findLast((line) => line.startsWith('tick '))?.split(' ')[1]
  expect(arrived(receiver)).toEqual({ spans: upTo(Number(said)), records: upTo(Number(said)) })
  expect(victim.lines.filter((line) => line.includes('telemetry cannot be kept on disk'))).toHaveLength(1)
})
