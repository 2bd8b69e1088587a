import { connect } from 'node:net'

import type { Clock } from '../core/clock.ts'
import { sleep } from '../core/wait.ts'

export interface WaitForPortOptions {
  readonly clock: Clock
  readonly host: string
  readonly port: number
  readonly limitMs: number
  /** Ends the wait, for example when the process that should listen has ended. */
  readonly signal?: AbortSignal
}

const POLL_MS = 20

/** Waits until somebody accepts connections on a port; false when nobody did within the limit. */
export async function waitForPort({ clock, host, port, limitMs, signal }: WaitForPortOptions): Promise<boolean> {
  const until = clock.now() + limitMs
  for (;;) {
    if (await accepts(host, port)) return true
    if (signal?.aborted === true || clock.now() >= until) return false
    await sleep(clock, POLL_MS, signal === undefined ? {} : { signal })
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
