/** What a log record says of an exception. */
export interface ExceptionFields {
  readonly type: string | undefined
  readonly message: string | undefined
  readonly stack: string | undefined
}

/**
 * An exception, whatever was thrown: its code or name as type, message, stack. `undefined` if it has none of them. Never
 * throws.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/
 */
export function readException(exception: unknown): ExceptionFields | undefined {
  try {
    return read(exception)
  } catch {
    // A getter of the exception threw.
    return undefined
  }
}

function read(exception: unknown): ExceptionFields | undefined {
  if (typeof exception === 'string' || typeof exception === 'number') {
    return { type: undefined, message: String(exception), stack: undefined }
  }
  if (typeof exception !== 'object' || exception === null) return undefined
  const { code, name, message, stack } = exception as Partial<Record<'code' | 'name' | 'message' | 'stack', unknown>>
  const fields = { type: toText(code) ?? toText(name), message: toText(message), stack: toText(stack) }
  return fields.type === undefined && fields.message === undefined && fields.stack === undefined ? undefined : fields
}

function toText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '' || value === 0) return undefined
  // What it is, only its own toString() knows: some codes are objects.
  // oxlint-disable-next-line typescript/no-base-to-string
  return String(value)
}
