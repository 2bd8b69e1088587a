import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../../core/clock.ts'
import { lingeringClose } from '../lingering-close.ts'
import type { Jittered } from './jittered.ts'
import { REFUSAL_BODY, refusalHeaders } from './refusal-body.ts'

/** A body up to this size is read and thrown away, so that its connection can be kept: it costs less than a new one. */
const MOST_DISCARDED_BYTES = 65_536
/** How long the client's end of a connection is waited for whose request is not read, in milliseconds. */
const LINGER_MS = 1000

export interface HttpRefusal {
  /** As `writeHead` takes them. */
  readonly headers: Readonly<Record<string, string>>
  /** The same for a connection that is closed. */
  readonly closing: Readonly<Record<string, string>>
  /** The whole answer, for a connection without any of Node's answers. */
  readonly text: string
}

export function toHttpRefusal(seconds: number): HttpRefusal {
  const headers = refusalHeaders(seconds)
  const closing = Object.freeze({ ...headers, connection: 'close' })
  const lines = Object.entries(closing).map(([name, value]) => `${name}: ${value}\r\n`)
  return {
    headers,
    closing,
    text: `HTTP/1.1 503 Service Unavailable\r\n${lines.join('')}\r\n${REFUSAL_BODY.toString()}`,
  }
}

/**
 * Answers a request without its handlers. Its connection is kept, unless there is more of the request to come than is
 * worth reading: then it is closed behind the answer, in a way that does not take the answer with it.
 */
export function refuseHttp(
  request: IncomingMessage,
  response: ServerResponse,
  refusals: Jittered<HttpRefusal>,
  clock: Clock,
): void {
  if (response.headersSent || response.destroyed) return
  const { headers, closing } = refusals.pick()
  if (isWorthReading(request)) response.writeHead(503, headers)
  else {
    const { socket } = request
    // What Node calls after the last answer; its own closes both directions at once, and what is unread then resets it.
    socket.destroySoon = () => lingeringClose(socket, clock, LINGER_MS)
    response.writeHead(503, closing)
  }
  response.end(request.method === 'HEAD' ? undefined : REFUSAL_BODY)
}

/** Answers a request for another protocol, for which Node hands over the bare connection. */
export function refuseUpgrade(socket: Socket, refusals: Jittered<HttpRefusal>, clock: Clock): void {
  socket.on('error', () => {}).resume()
  socket.write(refusals.pick().text)
  lingeringClose(socket, clock, LINGER_MS)
}

/** A client that waits for `100 Continue` may send the body all the same or not: nobody can tell what comes next. */
function isWorthReading({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined || headers.expect !== undefined) return false
  const length = headers['content-length']
  return length === undefined || Number(length) <= MOST_DISCARDED_BYTES
}
