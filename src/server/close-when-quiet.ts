import type { Server } from 'node:net'

import type { Clock } from '../core/clock.ts'
import { closeListener } from './close-listener.ts'
import { DEFAULT_QUIET_MS, MAX_QUIET_WAIT_MS } from './http-drain-options.ts'
import { untilQuiet } from './until-quiet.ts'

/** What stands before the handlers of a server. */
export interface HandlerGate {
  /** Keeps what arrives from the handlers. */
  hold(): void
  /** Gives the handlers what was held back, in order. */
  release(): void
}

export interface CloseOptions {
  readonly clock: Clock
  readonly gate: HandlerGate
  /** How long nobody may have connected, in milliseconds. @default {@link DEFAULT_QUIET_MS} */
  readonly quietMs?: number | undefined
  /** When somebody connected the last time, on the scale of the clock. */
  readonly lastArrivalAt: number
  /** How long all of it may take, in milliseconds. */
  readonly limitMs: number
  /** Ends the wait at once. */
  readonly signal?: AbortSignal | undefined
  /** Ends the listener and nothing else. */
  readonly close?: (() => void) | undefined
}

/**
 * Closes the listener at a moment when nobody is about to connect. No handler runs until then: while nobody is answered,
 * nobody comes back on a new connection, and without handlers the accept queue is emptied faster than it fills.
 *
 * @returns how many connections were taken in at the last moment
 */
export async function closeWhenQuiet(server: Server, options: CloseOptions): Promise<number> {
  const { clock, gate, quietMs = DEFAULT_QUIET_MS, lastArrivalAt, limitMs, signal, close } = options
  gate.hold()
  try {
    if (server.listening) {
      await untilQuiet(server, {
        clock,
        quietMs,
        lastArrivalAgoMs: clock.now() - lastArrivalAt,
        // Who is held back needs the rest of the time for an answer.
        limitMs: Math.min(limitMs / 4, MAX_QUIET_WAIT_MS),
        signal,
      })
    }
    return await closeListener(server, clock, limitMs, close)
  } finally {
    gate.release()
  }
}
