import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { isSeaworthyError } from '../../core/seaworthy-error.ts'
import { isStreamAnswered } from '../is-answered.ts'
import { isOrWasCausedBy } from './causes.ts'

/** How handlers learn that there is nobody left to answer: by what they read, write, pipe or wait for. */
const CODES: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ABORT_ERR',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_UNABLE_TO_PIPE',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_HTTP2_INVALID_STREAM',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_STREAM_ERROR',
  'UND_ERR_ABORTED',
])

/** Whether a request that was not answered can't be any more, and not because `error` itself ended its answer. */
export function hasLeft(request: IncomingMessage, response: ServerResponse, error: unknown): boolean {
  const { stream } = response as { readonly stream?: ServerHttp2Stream }
  if (stream !== undefined)
    return (stream.destroyed || stream.closed) && !isStreamAnswered(stream) && stream.errored !== error
  if (response.writableFinished) return false
  if (!response.destroyed && !request.socket.destroyed) return false
  // A pipeline destroys the answer when what it reads from fails: then the client is still there, as long as it can be.
  const { errored } = response
  return errored === null || errored === undefined || errored !== error
}

/** Whether an error says nothing but that the client has left; asked only where it has. */
export function tellsOfLeaving(error: unknown): boolean {
  return isOrWasCausedBy(error, (each) => {
    const { name, code } = each as { readonly name?: unknown; readonly code?: unknown }
    return name === 'AbortError' || CODES.has(code) || isSeaworthyError(each, 'SEA_REQUEST_CLIENT_GONE')
  })
}
