import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { STATUS_CODES } from '../../core/node-http.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { ProblemAnswer } from './problem-answer.ts'

/**
 * Headers that describe the answer which was being prepared, or that follow from its success: to be removed from it
 * before an error is sent in its place. All others (those of CORS, of security, the id of the request) are as right for
 * an error.
 */
export const SUPERSEDED_HEADERS: readonly string[] = [
  'accept-ranges',
  'age',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'content-digest',
  'digest',
  'etag',
  'expires',
  'last-modified',
  'link',
  'location',
  'refresh',
  'repr-digest',
  'set-cookie',
  'trailer',
  'transfer-encoding',
]

/** @see https://www.rfc-editor.org/rfc/rfc9113#section-7 */
const INTERNAL_ERROR = 0x2

/** Sends an answer of which nothing has been sent, in place of the one that was being prepared. */
export function sendProblem(request: IncomingMessage, response: ServerResponse, answer: ProblemAnswer): void {
  for (const name of SUPERSEDED_HEADERS) response.removeHeader(name)
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value)
  response.statusCode = answer.status
  // HTTP/2 has no such words, and Node warns of them.
  if (request.httpVersionMajor < 2) response.statusMessage = STATUS_CODES[answer.status] ?? 'Error'
  if (request.method === 'HEAD') response.end()
  else response.end(answer.body)
}

/**
 * Ends an answer that has begun so that its client sees that it is not whole: a stream of HTTP/2 is reset, of HTTP/1.1
 * the connection ends before the last chunk or the announced length. Where only the end of the connection would say
 * that an answer is complete, the connection is reset.
 */
export function cutAnswer(response: ServerResponse, cause: unknown): void {
  const { stream } = response as { readonly stream?: ServerHttp2Stream }
  if (stream !== undefined) {
    stream.close(INTERNAL_ERROR)
    return
  }
  if (!isDelimited(response)) reset(response.socket)
  // Named, so that the span and the metric of the request say that it failed, although its status was sent before.
  response.destroy(
    new SeaworthyError('SEA_REQUEST_CUT', 'The answer was cut because its handler failed after it had begun', {
      cause,
    }),
  )
}

/** Whether the answer itself says where it ends. Headers that were written at once are in their text alone. */
function isDelimited(response: ServerResponse): boolean {
  const { _header: written } = response as { readonly _header?: unknown }
  return response.chunkedEncoding || (typeof written === 'string' && /^content-length:/im.test(written))
}

function reset(socket: ServerResponse['socket']): void {
  try {
    socket?.resetAndDestroy()
  } catch {
    // Not over plain TCP. TLS tells the end of a connection from its loss by itself.
  }
}
