import type { Log } from 'seaworthy'

interface Leaving {
  stop?(): Promise<unknown>
  disconnect(): Promise<unknown>
}

/**
 * Begins no further message, waits for those in flight, commits, leaves the group and disconnects. kafkajs does the
 * first four by `stop()`; Confluent's client has a `stop()` that always rejects, and does all of it by `disconnect()`.
 */
export async function leaveGroup(consumer: Leaving, log: Log): Promise<void> {
  try {
    await consumer.stop?.()
  } catch (error) {
    log.debug({ err: error }, 'the Kafka client has no stop(): it is disconnected instead')
  }
  await consumer.disconnect()
}
