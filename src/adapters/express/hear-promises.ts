import { callCatching } from '../failing/call-catching.ts'

type Next = (error?: unknown) => void

/** As much of a layer of Express 4 as this needs: one handler, and where it is. */
interface Layer {
  readonly handle: ((...args: unknown[]) => unknown) & { readonly stack?: readonly Layer[] }
  readonly route?: { readonly stack: readonly Layer[] }
  handle_request?: (request: unknown, response: unknown, next: Next) => void
  handle_error?: (error: unknown, request: unknown, response: unknown, next: Next) => void
}

/**
 * Has Express 4 hear what promises of its handlers are rejected with, as Express 5 does: they are handed to `next`. For
 * the handlers that an application has by now, those of its routers among them; nothing global is touched. What an
 * application that is mounted holds can't be seen from the one around it. Safe to call again.
 */
export function hearPromises(app: object): void {
  const { _router: router } = app as { readonly _router?: { readonly stack: readonly Layer[] } }
  if (router !== undefined) hearAll(router.stack, new Set())
}

/** Routers can be mounted in more than one place, and in each other. */
function hearAll(stack: readonly Layer[], seen: Set<object>): void {
  if (seen.has(stack)) return
  seen.add(stack)
  for (const layer of stack) {
    layer.handle_request = handleRequest
    layer.handle_error = handleError
    if (layer.route !== undefined) hearAll(layer.route.stack, seen)
    if (Array.isArray(layer.handle.stack)) hearAll(layer.handle.stack, seen)
  }
}

/** Express knows a handler of errors by its four parameters. */
function handleRequest(this: Layer, request: unknown, response: unknown, next: Next): void {
  const { handle } = this
  if (handle.length > 3) next()
  else callCatching(() => handle(request, response, next), failing(next))
}

function handleError(this: Layer, error: unknown, request: unknown, response: unknown, next: Next): void {
  const { handle } = this
  if (handle.length === 4) callCatching(() => handle(error, request, response, next), failing(next))
  else next(error)
}

/** `next(null)` means that there was no error. */
function failing(next: Next): (error: unknown) => void {
  return (error) => next(error ? error : new Error(`${String(error)} was thrown`))
}
