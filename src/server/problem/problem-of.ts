import { isSeaworthyError, type SeaworthyError } from '../../core/seaworthy-error.ts'
import { isOrWasCausedBy } from './causes.ts'
import { problemOfFramework } from './framework-errors.ts'
import { isHttpProblem } from './http-problem.ts'
import { type Problem, toProblem } from './problem.ts'

/**
 * What a client is told about whatever was thrown: of errors that are meant for it what they say, of all others nothing
 * but 500. Meant for it are:
 *
 * - {@link HttpProblem};
 * - errors with `expose` and a status, as `http-errors` makes them (Koa, Express and their middleware do): with
 *   `expose: false` their status only;
 * - those of Fastify itself, a failed validation with the list of what is wrong; `HttpException` of Nest and
 *   `HTTPException` of Hono, whose text is left out from 500 on;
 * - calls that a policy refused or gave up: 503 or 504, with `retry-after`; and what came of the signal of a request that
 *   a shutdown asked to end: 503, come again at once, elsewhere.
 *
 * A timeout (`AbortSignal.timeout()`) is a 504 without words. A bare `status` or `statusCode` means nothing: errors of
 * clients of HTTP have one, too, and it is the status of somebody else. Takes anything, never throws.
 */
export function problemOf(error: unknown): Problem {
  try {
    return read(error) ?? toProblem({ status: 500 }, false)
  } catch {
    // A getter that throws, a revoked proxy.
    return toProblem({ status: 500 }, false)
  }
}

function read(error: unknown): Problem | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if (isHttpProblem(error)) {
    const { status, type, title, detail, instance, headers, extensions } = error
    return toProblem({ status, type, title, detail, instance, headers, extensions }, true)
  }
  if (isOrWasCausedBy(error, isOfShutdown)) return toProblem({ status: 503, headers: { 'retry-after': '1' } }, true)
  if (isSeaworthyError(error)) return problemOfOurs(error)
  if (error instanceof DOMException)
    return error.name === 'TimeoutError' ? toProblem({ status: 504 }, false) : undefined
  const facts = problemOfFramework(error)
  if (facts === undefined) return undefined
  return toProblem(facts, facts.status < 500 || (error as { readonly expose?: unknown }).expose === true)
}

/** What takes the signal of a request rejects with its reason, or with an error of its own that has it as cause. */
function isOfShutdown(error: object): boolean {
  return isSeaworthyError(error, 'SEA_REQUEST_SHUTDOWN') || isSeaworthyError(error, 'SEA_WORK_REFUSED')
}

/** Their messages name dependencies: the status is all that a client gets. */
function problemOfOurs(error: SeaworthyError): Problem | undefined {
  const { statusCode, retryAfterMs } = error as { readonly statusCode?: unknown; readonly retryAfterMs?: unknown }
  if (statusCode !== 503 && statusCode !== 504) return undefined
  const headers: Record<string, string> = {}
  if (typeof retryAfterMs === 'number' && retryAfterMs >= 0)
    headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
  return toProblem({ status: statusCode, headers }, true)
}
