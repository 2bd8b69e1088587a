import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import type { Signal } from '../../../src/otlp/model.ts'
import type { ExportOutcome } from '../../../src/telemetry/pipeline/export-outcome.ts'
import { Outbox } from '../../../src/telemetry/pipeline/outbox.ts'
import { decodeMarks } from '../../../src/telemetry/spool/done-marks.ts'
import { DiskSpool } from '../../../src/telemetry/spool/disk-spool.ts'
import { decodeRecordHeader, isWhole, RECORD_HEADER_BYTES } from '../../../src/telemetry/spool/record-format.ts'
import { SEGMENT_HEADER_BYTES } from '../../../src/telemetry/spool/segment-header.ts'
import { LIMITS, totalOf } from '../pipeline/outbox-fixture.ts'
import { DELIVERED, DOWN, ScriptedTransport, type SentBody, toBytes } from '../pipeline/scripted-transport.ts'
import { filesBelow, MIB, SERVICE, temporaryDirectory } from './spool-fixture.ts'

/** How old a chunk becomes before it is written, and how old an undelivered one may be without being on disk. */
const HOLD_MS = 100
const WINDOW_MS = 200
/** What was delivered is marked on disk by then: 20 ms after it, and after a write that a busy machine is slow with. */
const MARKED_AFTER_MS = 150
const NAME_BYTES = 40
const SIGNALS = ['traces', 'logs'] as const

/** The name of each undelivered chunk that a process which started now would find. */
function namesOnDisk(directory: string): readonly string[] {
  const names: string[] = []
  const files = filesBelow(directory).map(({ name }) => name)
  for (const file of files.filter((name) => name.endsWith('.seg'))) {
    const bytes = readFileSync(join(directory, file))
    const marks = files.includes(`${file}.done`)
      ? decodeMarks(readFileSync(join(directory, `${file}.done`)))
      : new Set()
    for (let at = SEGMENT_HEADER_BYTES; at + RECORD_HEADER_BYTES <= bytes.byteLength;) {
      const from = at + RECORD_HEADER_BYTES
      const end = from + decodeRecordHeader(bytes, at).length
      if (!isWhole(bytes.subarray(at, end))) break
      if (!marks.has(at)) names.push(bytes.toString('latin1', from, bytes.indexOf(0, from)))
      at = end
    }
  }
  return names
}

const BEHAVIOURS: Readonly<Record<string, ExportOutcome>> = {
  delivers: DELIVERED,
  'rejects some': { kind: 'delivered', rejectedCount: 1, message: 'no' },
  'is down': DOWN,
  refuses: { kind: 'refused', reason: 'HTTP 400', perhapsOnePart: true },
  'wants less': { kind: 'refused', reason: 'HTTP 413', perhapsTooLarge: true },
}

/** Those that a collector refuses which refuses some. */
const BAD = /[07]$/

interface Created {
  readonly name: string
  readonly signal: Signal
  readonly items: number
  readonly since: number
}

/** A process with an outbox, a spool on disk, and a collector that does as it is told. */
class Life {
  readonly clock = new ManualClock()
  readonly transport = new ScriptedTransport(this.clock, (body) => this.#answer(body))
  readonly violations: string[] = []
  readonly outbox: Outbox
  readonly #directory: string
  readonly #created: Created[] = []
  /** Chunks that the collector has had its last word on, and when. */
  readonly #over = new Map<string, number>()
  /** When each was first found on disk: writes take their time, in which the clock may go on. */
  readonly #foundAt = new Map<string, number>()
  behaviour = 'delivers'

  constructor(directory: string) {
    this.#directory = directory
    const limits = { ...LIMITS, maxBatchSize: 8, scheduleDelayMs: 60 }
    const own = { transport: this.transport, limits, timeoutMs: 10_000 }
    this.outbox = new Outbox({
      clock: this.clock,
      random: () => 0.5,
      signals: { traces: own, logs: own },
      onTrouble: (_signal, trouble) => {
        if (trouble.kind === 'dropped' && trouble.reason === 'queue_full') this.violations.push('queue_full')
      },
      openSpool: (listener) => {
        const settings = { directory, isDefaultDirectory: false, maxBytes: 512 * MIB, maxAgeMs: 24 * 3_600_000 }
        const log = { debug() {}, info() {}, warn() {}, error() {} }
        const spool = new DiskSpool({ settings, serviceName: SERVICE, listener, clock: this.clock, log })
        spool.start()
        return spool
      },
    })
  }

  /** A chunk whose first item came in `ageMs` ago. */
  add(signal: Signal, items: number, byteLength: number, ageMs: number): void {
    const name = `chunk ${this.#created.length}`
    const since = this.clock.now() - ageMs
    this.#created.push({ name, signal, items, since })
    this.outbox.ledger(signal).create(items)
    this.outbox.accept({ signal, items, bytes: toBytes(name, NAME_BYTES + byteLength), since })
  }

  /** Everything of which nobody has had a last word. */
  get open(): readonly Created[] {
    return this.#created.filter(({ name }) => !this.#over.has(name))
  }

  /** The disk has had time for all that was begun, and the clock has stood still. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 3000; turn++) {
      await stat('/')
      if (turn >= 5 && this.#complaints().length === 0) return
    }
  }

  check(where: string): void {
    for (const complaint of this.#complaints()) this.violations.push(`${where}, at ${this.clock.now()}: ${complaint}`)
  }

  /** What is on disk must be everything that is open, once. */
  checkEnd(where: string): void {
    const expected = this.open.map(({ name }) => name)
    const found = namesOnDisk(this.#directory)
    const lost = expected.filter((name) => !found.includes(name))
    const again = found.filter((name) => !expected.includes(name))
    if (lost.length > 0) this.violations.push(`${where} lost ${lost.join()}`)
    if (again.length > 0) this.violations.push(`${where} sends again ${again.join()}`)
    for (const signal of SIGNALS) {
      const { pending, spooled } = this.outbox.account(signal)
      if (pending !== 0) this.violations.push(`${where}: ${pending} of ${signal} pending`)
      if (spooled !== this.#itemsOf(signal, expected)) this.violations.push(`${where}: ${spooled} of ${signal} spooled`)
    }
  }

  #complaints(): readonly string[] {
    const now = this.clock.now()
    const found = namesOnDisk(this.#directory)
    const complaints: string[] = []
    for (const name of found) if (!this.#foundAt.has(name)) this.#foundAt.set(name, now)
    if (new Set(found).size !== found.length) complaints.push(`twice on disk: ${found.join()}`)
    for (const { name, since } of this.open) {
      if (now - since >= HOLD_MS && !found.includes(name)) complaints.push(`not on disk: ${name} of ${since}`)
    }
    for (const [name, overAt] of this.#over) {
      const since = Math.max(overAt, this.#foundAt.get(name) ?? now)
      if (now - since >= MARKED_AFTER_MS && found.includes(name)) complaints.push(`still on disk: ${name}`)
    }
    for (const signal of SIGNALS) {
      const account = this.outbox.account(signal)
      const created = this.#created.filter((chunk) => chunk.signal === signal)
      const text = JSON.stringify(account)
      if (totalOf(account) !== account.created || account.created !== sum(created))
        complaints.push(`unbalanced: ${text}`)
      const { delivered, rejected, spooled, pending } = account
      if (Math.min(delivered, rejected, spooled, pending) < 0) complaints.push(`negative: ${text}`)
      if (pending + spooled !== sum(created.filter(({ name }) => !this.#over.has(name))))
        complaints.push(`open: ${text}`)
      if (spooled !== this.#itemsOf(signal, found)) complaints.push(`spooled: ${text}, on disk ${found.join()}`)
    }
    return complaints
  }

  #itemsOf(signal: Signal, names: readonly string[]): number {
    return sum(this.open.filter((chunk) => chunk.signal === signal && names.includes(chunk.name)))
  }

  #answer({ chunks }: SentBody): ExportOutcome {
    const said = BEHAVIOURS[this.behaviour] ?? DELIVERED
    // Where everything is refused, a body is given up before each of its chunks was refused alone.
    const outcome = said.kind === 'refused' && !chunks.some((name) => BAD.test(name)) ? DELIVERED : said
    if (chunks.some((name) => this.#over.has(name))) this.violations.push(`sent after its end: ${chunks.join()}`)
    // In smaller parts it may pass, as long as it has parts.
    const isLastWord = outcome.kind === 'delivered' || (outcome.kind === 'refused' && chunks.length === 1)
    if (isLastWord) for (const name of chunks) this.#over.set(name, this.clock.now())
    return outcome
  }
}

function sum(chunks: readonly Created[]): number {
  return chunks.reduce((total, { items }) => total + items, 0)
}

const add = fc.record({
  kind: fc.constant('add' as const),
  signal: fc.constantFrom(...SIGNALS),
  items: fc.integer({ min: 1, max: 4 }),
  // Some so large that a few of them may not be held.
  byteLength: fc.oneof({ weight: 12, arbitrary: fc.nat(3000) }, { weight: 1, arbitrary: fc.constant(1.5 * MIB) }),
  ageMs: fc.oneof(fc.nat(149), fc.constant(150)),
})
const step = fc.oneof(
  { weight: 6, arbitrary: add },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.noBias(fc.integer({ min: 1, max: 60 })) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('collector' as const),
      behaviour: fc.constantFrom(...Object.keys(BEHAVIOURS)),
      latencyMs: fc.constantFrom(0, 5, 70, 300),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const), ms: fc.integer({ min: 1, max: 60 }) }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function perform(life: Life, action: Step): Promise<void> {
  const { clock, transport, outbox } = life
  if (action.kind === 'add') return life.add(action.signal, action.items, action.byteLength, action.ageMs)
  if (action.kind === 'advance') return await clock.advance(action.ms)
  if (action.kind === 'flush') {
    void outbox.flush(action.ms)
    return
  }
  life.behaviour = action.behaviour
  transport.latencyMs = action.latencyMs
}

test('whenever the process is killed, only what is younger than 200 ms is lost; however else it ends, nothing is', async () => {
  expect(HOLD_MS).toBeLessThanOrEqual(WINDOW_MS)
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
      fc.constantFrom('kill', 'exit', 'close', 'close and exit'),
      async (steps, end) => {
        using directory = temporaryDirectory()
        const life = new Life(directory.path)
        const { clock, outbox, transport, violations } = life
        await clock.advance(1000)
        for (const action of steps) {
          await perform(life, action)
          if (action.kind !== 'advance') continue
          await life.settled()
          life.check('advance')
        }
        if (end.startsWith('close')) {
          transport.latencyMs = 0
          const closed = outbox.close(400)
          for (let turn = 0; turn < 8; turn++) {
            await stat('/')
            await clock.advance(50)
          }
          await closed
          if (end === 'close') await outbox.release()
        }
        // An answer that has come has been heard.
        await stat('/')
        if (end.endsWith('exit')) outbox.releaseNow()
        if (end !== 'kill') life.checkEnd(end)
        expect(violations).toEqual([])
        expect(new Set(transport.accepted).size).toBe(transport.accepted.length)
        outbox.releaseNow()
      },
    ),
    { numRuns: 150 },
  )
}, 60_000)
