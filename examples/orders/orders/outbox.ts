import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from 'seaworthy'
import type { OrdersConfig } from './config.ts'
import type { OrderStore } from './order-store.ts'
import type { PaymentsClient } from './payments-client.ts'

export interface OutboxNeeds {
  readonly store: OrderStore
  readonly payments: PaymentsClient
  readonly settings: () => OrdersConfig['outbox']
  readonly log: Log
  readonly signal: AbortSignal
}

/** Longest pause between tries while payments is away. */
const MAX_PAUSE_MS = 10_000

/**
 * Delivers stored events, each at least once, in order. When payments is away it waits longer and longer; when the
 * service stops it finishes the event in hand, and the rest is still in the database at the next start.
 */
export async function relayOutbox({ store, payments, settings, log, signal }: OutboxNeeds): Promise<void> {
  let pauseMs = 0
  while (!signal.aborted) {
    const { intervalMs, batchSize } = settings()
    try {
      const events = store.undelivered(batchSize)
      for (const event of events) {
        if (signal.aborted) return
        await payments.deliver(event)
        store.delivered(event.id)
        log.debug({ orderId: event.orderId, outboxEvent: event.event }, 'event delivered')
      }
      pauseMs = events.length === batchSize ? 0 : intervalMs
    } catch (error) {
      pauseMs = Math.min(MAX_PAUSE_MS, Math.max(intervalMs, pauseMs) * 2)
      log.warn({ err: error, retryInMs: pauseMs }, 'events not delivered')
    }
    await delay(pauseMs, undefined, { signal }).catch(() => {})
  }
}
