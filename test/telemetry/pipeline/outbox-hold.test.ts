import { stat } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { Outbox } from '../../../src/telemetry/pipeline/outbox.ts'
import { DiskSpool } from '../../../src/telemetry/spool/disk-spool.ts'
import { MIB, SERVICE, temporaryDirectory } from '../spool/spool-fixture.ts'
import { createDisk } from './kept-spool.ts'
import { LIMITS, setUp } from './outbox-fixture.ts'
import { ScriptedTransport, toBytes } from './scripted-transport.ts'

/** The disk has done what it was asked for. */
async function written(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await stat('/')
}

test.each([
  ['a small queue', { askedQueueSize: 512 }, {}],
  ['little memory', {}, { maxWaitingBytes: 4000 }],
])(
  '%s that fills faster than chunks are held goes to disk at once, and nothing is dropped',
  async (_, asked, bound) => {
    using directory = temporaryDirectory()
    const clock = new ManualClock()
    const transport = new ScriptedTransport(clock, () => new Promise(() => {}))
    const limits = { ...LIMITS, ...asked }
    const outbox = new Outbox({
      ...bound,
      clock,
      signals: { traces: { transport, limits, timeoutMs: 10_000 } },
      openSpool(listener) {
        const settings = { directory: directory.path, isDefaultDirectory: false, maxBytes: MIB, maxAgeMs: 3_600_000 }
        const spool = new DiskSpool({ settings, serviceName: SERVICE, listener, clock, log: silentLog })
        spool.start()
        return spool
      },
    })
    const add = (name: string): void => {
      outbox.ledger('traces').create(128)
      outbox.accept({ signal: 'traces', items: 128, bytes: toBytes(name, 1000), since: clock.now() })
    }
    add('first')
    add('second')
    await written()
    // Half of it: there is still time.
    expect(outbox.account('traces')).toMatchObject({ spooled: 0, pending: 256 })
    for (let number = 3; number <= 10; number++) {
      add(`number ${number}`)
      await written()
    }
    expect(clock.now()).toBe(0)
    expect(outbox.account('traces').dropped).toEqual({})
    expect(outbox.account('traces').spooled).toBeGreaterThanOrEqual(1280 - 256)
    outbox.releaseNow()
    expect(outbox.account('traces')).toMatchObject({ created: 1280, spooled: 1280, pending: 0 })
  },
)

test('a disk that hangs takes a quarter of a last flush at most: the rest is for the network', async () => {
  const disk = createDisk()
  const { clock, outbox, transport, add } = setUp({ disk })
  disk.isHanging = true
  transport.latencyMs = 300
  add('a', 3)
  const closed = outbox.close(1000)
  await clock.advance(550)
  await closed
  expect(outbox.account('traces')).toMatchObject({ delivered: 3, pending: 0 })
})
