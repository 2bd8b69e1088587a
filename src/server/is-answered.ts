import type { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'

/** Whether the last byte of an answer was handed to the kernel. */
export function isAnswered(response: ServerResponse, socket: Socket): boolean {
  // Node 22 also says `writableFinished` of an answer whose socket died with bytes still waiting.
  return response.writableFinished && !socket.errored
}

/**
 * Whether a stream that is closed carried its whole answer. Node closes a stream before it says that its writable side
 * has finished, so the code of the close has to tell. Of a stream that was closed as if all were well in the middle of
 * an answer (a client that resets with NO_ERROR, a handler that destroys its session), this can't be known.
 */
export function isStreamAnswered({ closed, rstCode, aborted, headersSent }: ServerHttp2Stream): boolean {
  return closed && rstCode === 0 && !aborted && headersSent
}
