import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../core/clock.ts'
import { sleep } from '../core/wait.ts'
import { endHttp2Request } from './end-http2-request.ts'
import { type Exchange, isHttp2 } from './exchange.ts'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** How long a sender that was refused early may go on sending until its connection is cut. */
const LINGER_MS = 2_000

/**
 * Sends an answer. When the request has not been read to its end, its sender is still busy sending and would see only a
 * reset connection if that were closed at once; so the rest is read and thrown away for a short time before.
 */
export async function sendHttp(exchange: Exchange, answer: HttpAnswer, clock: Clock): Promise<void> {
  const { request, response } = exchange
  if (response.destroyed || response.writableEnded) return
  const headers = { ...answer.headers, 'content-length': String(answer.body.byteLength) }
  if (isHttp2(exchange)) {
    exchange.response.writeHead(answer.status, headers)
    endHttp2Request(exchange)
    exchange.response.end(answer.body)
    return
  }
  const http1 = response as ServerResponse
  if (request.complete) {
    http1.writeHead(answer.status, headers).end(answer.body)
    return
  }
  http1.writeHead(answer.status, { ...headers, connection: 'close' }).write(answer.body)
  await readOn(request as IncomingMessage, clock)
  // Ends the connection, too, for the answer says "connection: close".
  http1.end()
}

async function readOn(request: IncomingMessage, clock: Clock): Promise<void> {
  const ended = new AbortController()
  request.on('end', () => ended.abort()).on('close', () => ended.abort())
  request.resume()
  await sleep(clock, LINGER_MS, { signal: ended.signal })
}
