import { ManualClock } from '../../../src/core/manual-clock.ts'
import type { Signal } from '../../../src/otlp/model.ts'
import type { BatchLimits } from '../../../src/telemetry/pipeline/batch-limits.ts'
import { Outbox, type OutboxOptions } from '../../../src/telemetry/pipeline/outbox.ts'
import type { QueueTrouble } from '../../../src/telemetry/pipeline/queue-trouble.ts'
import type { SignalAccount } from '../../../src/telemetry/pipeline/signal-account.ts'
import { type Disk, KeptSpool } from './kept-spool.ts'
import { ScriptedTransport, toBytes } from './scripted-transport.ts'

export const LIMITS: BatchLimits = {
  maxQueueSize: 16_384,
  maxBatchSize: 512,
  scheduleDelayMs: 5000,
  exportTimeoutMs: 30_000,
}

export interface OutboxSetup {
  readonly clock: ManualClock
  readonly outbox: Outbox
  readonly transport: ScriptedTransport
  readonly spool: KeptSpool | undefined
  readonly troubles: readonly QueueTrouble[]
  /** A chunk of `items` spans comes in. */
  readonly add: (name: string, items?: number, byteLength?: number) => void
}

interface SetupOptions extends Partial<Omit<OutboxOptions, 'clock' | 'signals' | 'openSpool'>> {
  readonly clock?: ManualClock
  readonly disk?: Disk
  readonly signal?: Signal
  readonly limits?: Partial<BatchLimits>
}

/** An outbox of one signal. */
export function setUp({ disk, signal = 'traces', limits, ...options }: SetupOptions = {}): OutboxSetup {
  const clock = options.clock ?? new ManualClock()
  const transport = new ScriptedTransport(clock)
  const troubles: QueueTrouble[] = []
  let spool: KeptSpool | undefined
  const outbox = new Outbox({
    random: () => 1,
    onTrouble: (_signal, trouble) => void troubles.push(trouble),
    ...options,
    clock,
    signals: { [signal]: { transport, limits: { ...LIMITS, ...limits }, timeoutMs: 10_000 } },
    ...(disk === undefined ? {} : { openSpool: (listener) => (spool = new KeptSpool(clock, disk, listener)) }),
  })
  return {
    clock,
    outbox,
    transport,
    spool,
    troubles,
    add(name, items = 1, byteLength = 400 * items) {
      outbox.ledger(signal).create(items)
      outbox.accept({ signal, items, bytes: toBytes(name, byteLength), since: clock.now() })
    },
  }
}

/** Closes an outbox, which takes no longer than it may. */
export async function closeWithin({ outbox, clock }: OutboxSetup, limitMs: number): Promise<void> {
  const closed = outbox.close(limitMs)
  await clock.advance(limitMs)
  await closed
}

/** Everything that an account has, which is to be what was created. */
export function totalOf({ delivered, rejected, spooled, dropped, pending }: SignalAccount): number {
  return delivered + rejected + spooled + pending + Object.values(dropped).reduce((sum, count) => sum + count, 0)
}
