import type { Attributes } from '@opentelemetry/api'

/** Of the event that an exception becomes. */
export const EXCEPTION_EVENT = 'exception'

/**
 * The attributes of an exception: its code or name as type, message, stack. `undefined` if it has neither type nor
 * message. Never throws, whatever is given.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
 */
export function exceptionAttributes(exception: unknown): Attributes | undefined {
  try {
    return describe(exception)
  } catch {
    // A getter of the exception threw.
    return undefined
  }
}

function describe(exception: unknown): Attributes | undefined {
  if (typeof exception === 'string') return exception === '' ? undefined : { 'exception.message': exception }
  if (typeof exception !== 'object' && typeof exception !== 'function') return undefined
  if (exception === null) return undefined
  const { code, name, message, stack } = exception as Partial<Record<'code' | 'name' | 'message' | 'stack', unknown>>
  const attributes: Attributes = {}
  // Some codes are numbers, some are objects of a library's own.
  if (code) attributes['exception.type'] = (code as { toString(): string }).toString()
  else if (name) attributes['exception.type'] = name
  if (message) attributes['exception.message'] = message
  if (stack) attributes['exception.stacktrace'] = stack
  return attributes['exception.type'] || attributes['exception.message'] ? attributes : undefined
}
