import type { RedisClient } from './redis-client.ts'

/** Ends a client at once, also one that has ended. */
export function destroyClient(client: RedisClient): void {
  try {
    client.destroy()
  } catch {
    // In version 5 it throws where there is nothing to end.
  }
}
