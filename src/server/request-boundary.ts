import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { EventEmitter } from 'node:events'
import { boundaryHostOf } from './boundary-host.ts'
import type { answerProblem } from './problem/answer-problem.ts'

/**
 * A handler whose errors, thrown or by a rejected promise, are answered instead of ending the process: see
 * {@link answerProblem}. A service does it by itself for a handler, and for the handlers of a server, that the `start`
 * of a listener returns; this is for all others.
 *
 * @example
 * ```ts
 * attach(service, http.createServer(answerErrors(async (request, response) => { … })).listen(8080))
 * ```
 */
export function answerErrors<Request extends object, Response extends object>(
  handler: (request: Request, response: Response) => unknown,
): (request: Request, response: Response) => void {
  return function answeringErrors(this: unknown, request, response) {
    try {
      const result = handler.call(this, request, response)
      // A handler that returns no promise costs nothing, one that does a reaction to it.
      if (isThenable(result)) result.then(undefined, (error: unknown) => void fail(error, request, response))
    } catch (error) {
      void fail(error, request, response)
    }
  }
}

/** Whose handlers get a request and a response. Of a request with `Expect`, Node asks the others where there are any. */
const EVENTS = ['request', 'checkContinue', 'checkExpectation'] as const

/** Does that with the handlers that a server has by now, in their places. */
export function guardHandlers(server: EventEmitter): void {
  for (const event of EVENTS) {
    const handlers = server.rawListeners(event) as RequestListener[]
    if (handlers.length === 0) continue
    server.removeAllListeners(event)
    for (const handler of handlers) server.on(event, answerErrors(handler))
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

let answering: Promise<{ readonly answerProblem: typeof answerProblem }> | undefined

/** What answers is loaded by the first error: a service without errors has no use for it. */
async function fail(error: unknown, request: object, response: object): Promise<void> {
  try {
    answering ??= import('./problem/answer-problem.ts')
    const answer = (await answering).answerProblem
    answer(error, request as IncomingMessage, response as ServerResponse)
  } catch (cause) {
    // Without a descriptor or memory to load it with: the next error tries again, and this one is answered all the same.
    answering = undefined
    answerBarely(cause, error, request as IncomingMessage, response as ServerResponse)
  }
}

function answerBarely(cause: unknown, error: unknown, request: IncomingMessage, response: ServerResponse): void {
  boundaryHostOf(request)?.log.error({ event: 'request.failed', err: error, cause }, 'a request failed')
  if (response.destroyed || response.writableEnded) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(500, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  response.end(
    request.method === 'HEAD' ? undefined : '{"type":"about:blank","title":"Internal Server Error","status":500}',
  )
}
