import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerProblem, HttpProblem } from 'seaworthy/problem'

type Done = (error?: unknown) => void

/** As much of an application as this needs. */
interface Handling {
  handle: (request: IncomingMessage, response: ServerResponse, done?: Done) => unknown
}

const PREPARED = Symbol.for('seaworthy.express.answers')

/**
 * Puts our answers where Express has its last ones: after all handlers of the application, those for errors among them,
 * and only where none of them has answered. Safe to call again.
 */
export function answerLast(app: object): void {
  if (Object.hasOwn(app, PREPARED)) return
  Object.defineProperty(app, PREPARED, { value: true })
  const application = app as Handling
  const { handle } = application
  // Mounted in another application it is handed what comes after it, and that goes on.
  application.handle = (request, response, done) =>
    handle.call(application, request, response, done ?? lastOf(request, response))
}

/** In place of the one that Express would make, which shows the stack unless NODE_ENV is `production`. */
function lastOf(request: IncomingMessage, response: ServerResponse): Done {
  return (error) => {
    if (isError(error)) answerProblem(error, request, response)
    else if (!response.headersSent) answerProblem(new HttpProblem(404), request, response)
  }
}

/** What Express takes for one; `next('route')` never comes here. */
function isError(error: unknown): boolean {
  return Boolean(error)
}
