import { types } from 'node:util'

/** Whether a value is an error, of this or another realm. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value)
}

/**
 * An error as fields of a line: `type`, `message`, `stack`, what its maker added (`code`, `errno`, `hint`), its `cause`
 * and the `errors` of an `AggregateError`. Nested errors come as they are, for whoever walks the fields.
 * Unlike pino's own, it writes nothing to the error, so a frozen one works, too.
 */
export function toErrorFields(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    type: typeof error.constructor === 'function' ? error.constructor.name : error.name,
    message: error.message,
    stack: error.stack,
  }
  for (const [name, value] of Object.entries(error)) fields[name] ??= value
  if (error.cause !== undefined) fields['cause'] = error.cause
  const { errors } = error as Partial<AggregateError>
  if (Array.isArray(errors)) fields['errors'] = errors
  return fields
}
