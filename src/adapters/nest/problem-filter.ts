import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerProblem } from 'seaworthy/problem'
import { answerError, type FastifyReplyLike, type FastifyRequestLike } from '../fastify/answer-errors.ts'

/** As much of an `ArgumentsHost` as this needs. */
export interface ArgumentsHostLike {
  getType(): string
  getArgByIndex(index: number): unknown
}

/** As much of an application as this needs. */
interface Filtered {
  readonly config?: { getGlobalFilters?(): unknown[] }
}

/**
 * A filter for all exceptions that answers as `application/problem+json`, on Express and on Fastify:
 * `app.useGlobalFilters(new ProblemFilter())`. {@link fromNest} adds it by itself.
 *
 * What another filter handles never comes here. Of `HttpException` the client gets the message and its own fields, from
 * 500 on the status only.
 */
export class ProblemFilter {
  catch(exception: unknown, host: ArgumentsHostLike): void {
    // Messages and calls have no answer of this kind.
    if (host.getType() !== 'http') throw exception
    const request = host.getArgByIndex(0) as Partial<FastifyRequestLike> & IncomingMessage
    const response = host.getArgByIndex(1) as Partial<FastifyReplyLike> & ServerResponse
    // Middleware gets the request of Node on Fastify, too.
    if (isReply(response)) answerError(exception, request as FastifyRequestLike, response)
    else answerProblem(exception, request, response)
  }
}

function isReply(response: object): response is FastifyReplyLike {
  return 'raw' in response && 'hijack' in response
}

/** Puts the filter behind all others of the application: the first of the list is asked last. */
export function installFilter(app: object): void {
  const filters = (app as Filtered).config?.getGlobalFilters?.()
  if (!Array.isArray(filters) || filters.some((filter) => filter instanceof ProblemFilter)) return
  filters.unshift(new ProblemFilter())
}
