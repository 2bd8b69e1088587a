import type { IncomingMessage, ServerResponse } from 'node:http'
import { HttpProblem, problemAnswer, SUPERSEDED_HEADERS } from 'seaworthy/problem'
import type { FastifyApp } from './orderly-end.ts'

/** As much of a request of Fastify as this needs. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly id?: unknown
}

/** As much of a reply of Fastify as this needs. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse
  readonly sent: boolean
  code(status: number): unknown
  removeHeader(name: string): unknown
  headers(values: Record<string, string>): unknown
  hijack(): unknown
  send(payload: unknown): unknown
}

interface Settable {
  readonly errorHandler?: { readonly name: string }
  setErrorHandler(handler: (error: unknown, request: FastifyRequestLike, reply: FastifyReplyLike) => void): unknown
  setNotFoundHandler(handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => void): unknown
}

/** Answers as `application/problem+json`, through the reply, so that hooks and headers of the application hold. */
export function answerError(error: unknown, request: FastifyRequestLike, reply: FastifyReplyLike): void {
  const { raw } = request as { readonly raw: IncomingMessage & { id?: unknown } }
  raw.id ??= request.id
  const answer = problemAnswer(error, raw, reply.raw)
  if (answer === undefined) {
    // Nothing can be sent any more; without this, Fastify would try.
    if (!reply.sent) reply.hijack()
    return
  }
  for (const name of SUPERSEDED_HEADERS) {
    reply.removeHeader(name)
    reply.raw.removeHeader(name)
  }
  reply.code(answer.status)
  reply.headers({ ...answer.headers })
  // As bytes: to a text Fastify would add a charset, which this type has not.
  reply.send(Buffer.from(answer.body))
}

/** Sets it where the application has nothing of its own; one that has started already keeps what it has. */
export function installAnswers(app: FastifyApp): void {
  const settable = app as unknown as Settable
  quietly(() => {
    if (settable.errorHandler?.name === 'defaultErrorHandler') settable.setErrorHandler(answerError)
  })
  quietly(() => settable.setNotFoundHandler((request, reply) => answerError(new HttpProblem(404), request, reply)))
}

function quietly(set: () => void): void {
  try {
    set()
  } catch {
    // It has started, or has one already.
  }
}
