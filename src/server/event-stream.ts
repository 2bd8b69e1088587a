import type { ServerResponse } from 'node:http'

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

/**
 * A handler that does not look goes on writing. In Node that is an `error` of the response, which ends the process when
 * nobody listens for it. Here it is as if the client had gone, which every handler of such a stream knows: nothing is
 * sent, `write()` returns false, and a callback gets the error.
 */
function ignoreFurtherWrites(response: ServerResponse): void {
  response.write = (...args: unknown[]): boolean => {
    failLater(args)
    return false
  }
  response.end = (...args: unknown[]): ServerResponse => {
    failLater(args)
    return response
  }
}

function failLater(args: readonly unknown[]): void {
  const callback = args.findLast((each) => typeof each === 'function') as ((error: Error) => void) | undefined
  if (callback === undefined) return
  const error = Object.assign(new Error('The event stream was ended by the shutdown'), { code: 'ERR_STREAM_DESTROYED' })
  process.nextTick(callback, error)
}
