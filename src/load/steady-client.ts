import type { Clock } from '../core/clock.ts'
import { sleep } from '../core/wait.ts'
import type { RawRequest } from './raw-request.ts'
import type { RequestJournal, RequestSender } from './request-journal.ts'

/** A connection that a {@link SteadyClient} keeps for as long as it may. */
export interface KeptConnection extends RequestSender {
  readonly isUsable: boolean
  close(): void
}

export interface SteadyClientOptions {
  readonly clock: Clock
  readonly journal: RequestJournal
  readonly name: string
  readonly connect: () => KeptConnection
  readonly request: RawRequest
  /** Aborted when the client is to send nothing new; what it has sent is waited for. */
  readonly signal: AbortSignal
  /**
   * How long it waits after a request that got no complete answer, in milliseconds, so that a port that refuses is not
   * hammered and the count of failures says something.
   *
   * @default 20
   */
  readonly pauseAfterFailureMs?: number
  /**
   * What a refused connection means: `gone`, the server is away and the client has somewhere else to go; or `try-again`,
   * as a load balancer does that has not heard of the end yet.
   */
  readonly onRefused: 'gone' | 'try-again'
}

const DEFAULT_PAUSE_MS = 20

/**
 * One client that always has work: the next request goes out as soon as the last one is settled, on the same connection
 * for as long as that is usable. It obeys `Connection: close` and never sends a request twice. Resolves when it is done.
 */
export async function runSteadyClient(options: SteadyClientOptions): Promise<void> {
  const { clock, journal, name, connect, request, signal, onRefused } = options
  const pauseMs = options.pauseAfterFailureMs ?? DEFAULT_PAUSE_MS
  let connection: KeptConnection | undefined
  while (!signal.aborted) {
    if (connection?.isUsable !== true) connection = connect()
    const { outcome } = await journal.send(name, connection, request)
    if (outcome === 'refused' && onRefused === 'gone') break
    if (outcome !== 'answered') await sleep(clock, pauseMs, { signal })
  }
  connection?.close()
}
