import type { Log } from 'seaworthy'

interface CrashEvent {
  readonly payload?: { readonly error?: Error; readonly restart?: boolean }
}

interface Crashing {
  readonly events?: { readonly CRASH?: string }
  on?(event: string, listener: (event: CrashEvent) => void): unknown
}

/**
 * Tells why a client has given up for good, if it has. kafkajs says so by an event and then does nothing more, not even
 * reject; other clients have no such event.
 */
export function watchCrash(consumer: object, log: Log): () => Error | undefined {
  let crash: Error | undefined
  try {
    const client = consumer as Crashing
    const event = client.events?.CRASH
    if (event === undefined) return () => undefined
    client.on?.(event, ({ payload }) => {
      if (payload?.restart === true) return
      crash = payload?.error ?? new Error('the Kafka client has given up')
      log.error({ err: crash }, `the Kafka client has given up, nothing is consumed any more: ${crash.message}`)
    })
  } catch {
    // Confluent's client throws when it is asked for its events.
  }
  return () => crash
}
