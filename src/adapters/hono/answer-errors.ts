import type { IncomingMessage, ServerResponse } from 'node:http'
import { problemAnswer, problemMembers, problemOf, SUPERSEDED_HEADERS } from 'seaworthy/problem'

/** As much of a context of Hono as this needs. */
export interface HonoContextLike {
  readonly env: unknown
  header(name: string, value?: string): void
  body(data: string | null, status: never, headers: Record<string, string>): Response
}

interface HonoErrors {
  readonly errorHandler?: unknown
  onError(handler: (error: Error, c: HonoContextLike) => Response): unknown
}

/** What `@hono/node-server` gives to an application. */
interface NodeBindings {
  readonly incoming?: IncomingMessage
  readonly outgoing?: ServerResponse
}

/** Answers as `application/problem+json`; an `HTTPException` with an answer of its own keeps it. */
export function answerError(error: Error, c: HonoContextLike): Response {
  const { res } = error as { readonly res?: unknown }
  if (res instanceof Response) return (error as unknown as { getResponse(): Response }).getResponse()
  const { incoming, outgoing } = (c.env ?? {}) as NodeBindings
  if (incoming === undefined || outgoing === undefined) return withoutServer(error, c)
  const answer = problemAnswer(error, incoming, outgoing)
  // Nothing will come of it where the client has left.
  if (answer === undefined) return new Response(null, { status: 500 })
  for (const name of SUPERSEDED_HEADERS) c.header(name)
  const { 'content-length': _counted, ...headers } = answer.headers
  return c.body(answer.body, answer.status as never, headers)
}

/** In a test of the application's own, which hands it a request of no server. */
function withoutServer(error: Error, c: HonoContextLike): Response {
  const { status, headers } = problemOf(error)
  return c.body(JSON.stringify(problemMembers(error)), status as never, {
    ...headers,
    'content-type': 'application/problem+json',
  })
}

/** Sets it where the application has no handler of its own. */
export function installAnswers(app: object): void {
  const errors = app as HonoErrors
  if (errors.errorHandler === defaultOf(app)) errors.onError(answerError)
}

/** What a new application of the same class does with errors. */
function defaultOf(app: object): unknown {
  try {
    return new (app.constructor as new () => HonoErrors)().errorHandler
  } catch {
    return undefined
  }
}
