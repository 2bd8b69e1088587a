import type { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'

/**
 * A handler that does not look goes on writing. In Node that is an `error` of the response, which ends the process when
 * nobody listens for it. Here it is as if the client had gone, which every handler of such a stream knows: nothing is
 * sent, `write()` returns false, and a callback gets the error.
 */
export function ignoreFurtherWrites(response: ServerResponse | ServerHttp2Stream): void {
  response.write = (...args: unknown[]): boolean => {
    failLater(args)
    return false
  }
  response.end = (...args: unknown[]): never => {
    failLater(args)
    return response as never
  }
}

function failLater(args: readonly unknown[]): void {
  const callback = args.findLast((each) => typeof each === 'function') as ((error: Error) => void) | undefined
  if (callback === undefined) return
  const error = Object.assign(new Error('The event stream was ended by the shutdown'), { code: 'ERR_STREAM_DESTROYED' })
  process.nextTick(callback, error)
}
