import type { Server } from 'node:net'

import type { Clock } from '../core/clock.ts'

export interface QuietOptions {
  readonly clock: Clock
  /** How long nobody may have connected, in milliseconds. */
  readonly quietMs: number
  /** How long ago somebody connected the last time, in milliseconds. */
  readonly lastArrivalAgoMs: number
  /** The longest wait, in milliseconds. */
  readonly limitMs: number
  /** Ends the wait at once. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Waits until nobody has connected to `server` for a while, so that its listener can close when no handshake is on its
 * way. Whoever holds back answers meanwhile makes that come true: clients that wait for one don't come back with a new
 * connection, so after a round trip of quiet all of them are connected.
 */
export function untilQuiet(
  server: Server,
  { clock, quietMs, lastArrivalAgoMs, limitMs, signal }: QuietOptions,
): Promise<void> {
  if (lastArrivalAgoMs >= quietMs || limitMs <= 0 || signal?.aborted === true) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      cancelQuiet()
      cancelLimit()
      signal?.removeEventListener('abort', end)
      server.off('connection', startAnew).off('drop', startAnew)
      resolve()
    }
    const startAnew = (): void => {
      cancelQuiet()
      cancelQuiet = clock.schedule(quietMs, end)
    }
    let cancelQuiet = clock.schedule(quietMs - lastArrivalAgoMs, end)
    const cancelLimit = clock.schedule(limitMs, end)
    signal?.addEventListener('abort', end, { once: true })
    server.on('connection', startAnew).on('drop', startAnew)
  })
}
