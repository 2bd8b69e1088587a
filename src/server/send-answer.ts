import type { IncomingMessage, ServerResponse } from 'node:http'
import { STATUS_CODES } from '../core/node-http.ts'

/** A whole answer, from memory. */
export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** A large one comes in pieces, so that nobody has to copy it into one. @default the status in words */
  readonly body?: string | Uint8Array | readonly Uint8Array[]
}

/**
 * Sends `answer`: never to be stored by anyone, and without a body for HEAD. A request that announced a body loses its
 * connection, so that nobody has to read that body.
 */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const body = answer.body ?? `${STATUS_CODES[answer.status] ?? answer.status}\n`
  const pieces = typeof body === 'string' || body instanceof Uint8Array ? [body] : body
  response.writeHead(answer.status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
    'content-length': pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0),
    ...(announcesBody(request) ? { connection: 'close' } : {}),
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  for (const piece of pieces.slice(0, -1)) response.write(piece)
  response.end(pieces.at(-1))
}

export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
