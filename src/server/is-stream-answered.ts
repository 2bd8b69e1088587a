import type { ServerHttp2Stream } from 'node:http2'

/**
 * Whether a stream that is closed carried its whole answer. Node closes a stream before it says that its writable side
 * has finished, so the code of the close has to tell. Of a stream that was closed as if all were well in the middle of
 * an answer (a client that resets with NO_ERROR, a handler that destroys its session), this can't be known.
 */
export function isStreamAnswered({ closed, rstCode, aborted, headersSent }: ServerHttp2Stream): boolean {
  return closed && rstCode === 0 && !aborted && headersSent
}
