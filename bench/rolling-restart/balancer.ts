import { connect } from 'node:net'
import { systemClock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import type { Replica } from './replica.ts'

/** A load balancer in front of two replicas; it never sends a request a second time. */
export interface Balancer {
  readonly port: number
  start(replicas: readonly Replica[]): Promise<void>
  /** What an endpoint controller does: from now on requests go to these replicas. */
  setEndpoints(replicas: readonly Replica[]): Promise<void>
  stop(): Promise<void>
}

const LISTEN_LIMIT_MS = 10_000

export async function untilListening(port: number, name: string): Promise<void> {
  const startedAt = performance.now()
  while (!(await accepts(port))) {
    if (performance.now() - startedAt > LISTEN_LIMIT_MS) throw new Error(`${name} does not listen on port ${port}`)
    await sleep(systemClock, 20)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
