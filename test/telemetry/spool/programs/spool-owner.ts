// A process with a spool: does what the lines on its standard input say, and says on its standard output what it hears.
//   node spool-owner.ts <directory> [<maxBytes>]
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Clock, systemClock } from '../../../../src/core/clock.ts'
import { DiskSpool } from '../../../../src/telemetry/spool/disk-spool.ts'
import { chunkOf, MIB, numberOf, SERVICE } from '../spool-fixture.ts'
import type { SpooledChunk } from '../../../../src/telemetry/pipeline/spool.ts'

const [directory = '', maxBytes = String(128 * MIB)] = process.argv.slice(2)
const numbers = new Map<SpooledChunk, number>()
let skippedMs = 0
const clock: Clock = { now: () => systemClock.now() + skippedMs, schedule: (...wait) => systemClock.schedule(...wait) }

/** Synchronously: a line that was said has been said, however the process ends. */
function say(event: string, more: object = {}): void {
  writeSync(1, `${JSON.stringify({ event, ...more })}\n`)
}

const numbersOf = (chunks: readonly SpooledChunk[]): (number | undefined)[] => chunks.map((chunk) => numbers.get(chunk))
const line = (fields: object, message: string): void => say('log', { message, fields })
const spool = new DiskSpool({
  settings: { directory, isDefaultDirectory: false, maxBytes: Number(maxBytes), maxAgeMs: 86_400_000 },
  serviceName: SERVICE,
  clock,
  log: { debug: line, info: line, warn: line, error: line },
  listener: {
    stored: (chunk) => say('stored', { numbers: numbersOf([chunk]) }),
    notStored: (chunk, reason) => say('notStored', { numbers: numbersOf([chunk]), reason }),
    evicted: (chunk, reason) => say('evicted', { numbers: numbersOf([chunk]), reason }),
    left: (chunks) => say('left', { numbers: numbersOf(chunks) }),
    writable: () => say('writable'),
    adopted: (chunks) => {
      void Promise.all(chunks.map(async (chunk) => numberOf(await spool.read(chunk)))).then((found) => {
        for (const chunk of chunks) spool.settle(chunk)
        say('adopted', { numbers: found })
      })
    },
  },
})

function append(from: number, count: number, byteLength: number): void {
  for (let number = from; number < from + count; number++) {
    numbers.set(spool.append(chunkOf(number, byteLength, 'traces', clock.now())), number)
  }
}

/** Until the process is killed. */
function appendForever(number: number): void {
  append(number, 1, 64 * 1024)
  setImmediate(appendForever, number + 1)
}

const commands: Readonly<Record<string, (a: number, b: number, c: number) => void>> = {
  append,
  forever: () => appendForever(0),
  skip: (ms) => (skippedMs += ms),
  exit: (count) => {
    process.once('exit', () => spool.flushNow())
    append(0, count, 1000)
    process.exit(3)
  },
  throw: (count) => {
    process.once('exit', () => spool.closeNow())
    append(0, count, 1000)
    throw new Error('nobody catches this')
  },
  exhaust: () => {
    const kept: unknown[] = []
    for (;;) kept.push(Array.from({ length: 10_000 }, () => ({})))
  },
  close: () => void spool.close().then(() => say('closed')),
}

spool.start()
say('ready')
createInterface({ input: process.stdin }).on('line', (text) => {
  const [name = '', ...values] = text.split(' ')
  commands[name]?.(Number(values[0]), Number(values[1]), Number(values[2]))
})
