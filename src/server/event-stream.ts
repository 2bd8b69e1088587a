import type { ServerResponse } from 'node:http'

import { ignoreFurtherWrites } from './ignore-writes.ts'
import { endSignal } from './request-signal.ts'
import type { OpenRequest } from './tracked-connection.ts'

const EVENT_STREAM = /^content-type:[ \t]*text\/event-stream/im

/**
 * Whether an answer whose headers are written is a stream of server-sent events, which never ends by itself. Node keeps
 * headers that were given to `writeHead` only as the text that goes out; it has no public way to read them.
 */
export function isEventStream(response: ServerResponse): boolean {
  if (!response.headersSent) return false
  const { _header: head } = response as ServerResponse & { readonly _header?: unknown }
  const text = typeof head === 'string' ? head : `content-type: ${String(response.getHeader('content-type'))}`
  return EVENT_STREAM.test(text)
}

/**
 * Ends a stream of server-sent events: its handler is told first, by the signal of the request, and may say a last word
 * and end it; a turn of the event loop later it is ended for it. The client connects anew, to another instance.
 */
export function endEventStream({ request, response }: OpenRequest, listener: string): void {
  endSignal(request, listener)
  setImmediate(() => {
    if (response.destroyed) return
    if (!response.writableEnded) response.end()
    ignoreFurtherWrites(response)
  })
}
