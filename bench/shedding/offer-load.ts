import { systemClock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { ConnectionPool } from '../../src/load/connection-pool.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import type { RawResult } from '../../src/load/raw-request.ts'
import { quantile } from '../statistics.ts'
import * as settings from './settings.ts'

/** What became of requests that came at a steady rate. `come` is the sum of `served`, `refused`, `gaveUp` and `broken`. */
export interface Offered {
  readonly come: number
  /** Within a client's patience. */
  readonly served: number
  /** With 503. */
  readonly refused: number
  /** Those of them without a `Retry-After` of whole seconds above 0. */
  readonly refusedWithoutTime: number
  readonly gaveUp: number
  /** Any other end: a reset, a connection that was refused, another status. */
  readonly broken: number
  /** Of the served, in milliseconds; `null` where there are none. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** Where clients have their connections from. */
type Connections = Pick<ConnectionPool, 'take' | 'giveBack'>

/** Users who come whatever the service does, over connections of `pool`. */
export async function offerLoad(
  pool: Connections,
  {
    perSecond,
    durationMs,
    abort,
  }: { readonly perSecond: number; readonly durationMs: number; readonly abort: AbortSignal },
): Promise<Offered> {
  const count = { served: 0, refused: 0, refusedWithoutTime: 0, gaveUp: 0, broken: 0 }
  const times: number[] = []
  const settled = ({ outcome, status, headers, tookMs }: RawResult): void => {
    if (outcome === 'timeout') count.gaveUp++
    else if (outcome === 'answered' && status === 200) {
      count.served++
      times.push(tookMs)
    } else if (outcome === 'answered' && status === 503) {
      count.refused++
      if (!/^[1-9]\d*$/.test(headers?.['retry-after'] ?? '')) count.refusedWithoutTime++
    } else count.broken++
  }
  const one = async (): Promise<void> => {
    const connection = pool.take()
    // Nobody has a connection left: whoever stands before the service makes its clients wait, and they give up.
    if (connection === undefined) return void count.gaveUp++
    settled(await connection.request({ path: '/', timeoutMs: settings.PATIENCE_MS }))
    pool.giveBack(connection)
  }
  const all: Promise<void>[] = []
  const startedAt = performance.now()
  for (let passedMs = 0; passedMs < durationMs && !abort.aborted; passedMs = performance.now() - startedAt) {
    while (all.length < (passedMs * perSecond) / 1000) all.push(one())
    await sleep(systemClock, 1, { signal: abort })
  }
  await Promise.all(all)
  const at = (share: number): number | null => (times.length === 0 ? null : Math.round(quantile(times, share)))
  return { come: all.length, ...count, p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** Connections that stand, one after the other, so that none of them waits to be accepted once there is load. */
export async function openConnections(port: number): Promise<ConnectionPool> {
  const pool = new ConnectionPool({
    clock: systemClock,
    host: '127.0.0.1',
    port,
    maxConnections: settings.CONNECTIONS,
    reuse: 'longest-idle',
  })
  const all = Array.from({ length: settings.CONNECTIONS }, () => pool.take())
  for (const connection of all) {
    await connection?.connect()
    if (connection !== undefined) pool.giveBack(connection)
  }
  return pool
}

/** Another connection for each request. */
export function freshConnections(port: number): Connections {
  return {
    take: () => new RawConnection({ clock: systemClock, host: '127.0.0.1', port }),
    giveBack: (connection) => connection.close(),
  }
}
