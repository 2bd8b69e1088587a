import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Whether the last byte of an answer was handed to the kernel. */
export function isAnswered(response: ServerResponse, socket: Socket): boolean {
  // Node 22 also says `writableFinished` of an answer whose socket died with bytes still waiting.
  return response.writableFinished && !socket.errored
}
