import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerProblem, HttpProblem } from 'seaworthy/problem'

/** As much of an application and a `ctx` of Koa as this needs. */
interface KoaErrors {
  readonly context: object
  readonly middleware?: Middleware[]
  readonly onerror?: unknown
  listeners?(event: 'error'): readonly unknown[]
  emit?(event: 'error', error: unknown, ctx: object): boolean
}

type Middleware = (ctx: AnsweredContext, next: () => Promise<unknown>) => unknown

/** What middleware has left of an answer. */
interface AnsweredContext extends FailedContext {
  readonly status: number
  readonly body: unknown
  readonly response: { readonly _explicitStatus?: boolean }
  respond?: boolean
}

interface FailedContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly app: KoaErrors
}

const PREPARED = Symbol.for('seaworthy.koa.answers')

/** Answers what no middleware has caught, in place of `ctx.onerror`; one of the application's own is left. */
export function installAnswers(app: KoaErrors): void {
  if (Object.hasOwn(app.context, 'onerror') || Object.hasOwn(app.context, PREPARED)) return
  Object.defineProperties(app.context, {
    [PREPARED]: { value: true },
    onerror: { value: answerError, configurable: true, writable: true },
  })
  app.middleware?.unshift(answerNotFound)
}

/** What no middleware has answered: Koa has a text for it. A 404 that somebody has set is theirs. */
async function answerNotFound(ctx: AnsweredContext, next: () => Promise<unknown>): Promise<void> {
  await next()
  const { body, respond, response, status } = ctx
  const isUntouched = status === 404 && response._explicitStatus !== true && (body === undefined || body === null)
  if (!isUntouched || respond === false || ctx.res.headersSent || ctx.res.writableEnded) return
  ctx.respond = false
  answerProblem(new HttpProblem(404), ctx.req, ctx.res)
}

// Koa calls it with nothing at the end of each answer, and with whatever was thrown, which may be nothing, too.
function onerror(this: FailedContext, error: unknown): void {
  if ((error === null || error === undefined) && isOver(this)) return
  tellListeners(this, error)
  answerProblem(error, this.req, this.res)
}

/** Answers whatever the middleware of a `ctx` has thrown as `application/problem+json`: a `ctx.onerror`. */
export const answerError: (this: FailedContext, error: unknown) => void = onerror

function isOver({ req, res }: FailedContext): boolean {
  return res.headersSent || res.writableEnded || res.destroyed || req.socket.destroyed
}

/** Who listens to the errors of an application goes on hearing of them; Koa's own listener prints to the console. */
function tellListeners(ctx: FailedContext, error: unknown): void {
  const { app } = ctx
  if (app.listeners?.('error').some((listener) => listener !== app.onerror) === true) app.emit?.('error', error, ctx)
}
