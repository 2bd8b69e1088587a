import type { Clock } from '../../core/clock.ts'
import { RawHttp2Connection } from '../../load/http2-client.ts'
import { RawConnection } from '../../load/raw-client.ts'
import type { RawRequest, RawResult } from '../../load/raw-request.ts'

/** How a port is spoken to. */
export type Speech = 'http/1.1' | 'h2c' | 'tls'

/** A port of the service, and how to speak to it. */
export interface Door {
  readonly host: string
  readonly port: number
  readonly speech: Speech
}

const TIMEOUT_MS = 3000

/** One request on a connection of its own. Never rejects. */
export async function ask(clock: Clock, { host, port, speech }: Door, request: RawRequest): Promise<RawResult> {
  const connection =
    speech === 'h2c'
      ? new RawHttp2Connection({ clock, host, port })
      : new RawConnection({ clock, host, port, ...(speech === 'tls' ? { tls: { rejectUnauthorized: false } } : {}) })
  try {
    return await connection.request({ timeoutMs: TIMEOUT_MS, ...request })
  } finally {
    connection.close()
  }
}

/** Which of them a port answers, whatever it answers; the order is that of preference. */
export async function findSpeech(clock: Clock, host: string, port: number): Promise<readonly Speech[]> {
  const speaks = async (speech: Speech): Promise<boolean> => {
    const { outcome } = await ask(clock, { host, port, speech }, { path: '/', timeoutMs: TIMEOUT_MS })
    // A service that is not ready may hang; it spoke if the answer was only late.
    return outcome === 'answered' || (outcome === 'timeout' && speech === 'http/1.1')
  }
  const found: Speech[] = []
  for (const speech of ['http/1.1', 'h2c'] as const) if (await speaks(speech)) found.push(speech)
  return found.length === 0 && (await speaks('tls')) ? ['tls'] : found
}
