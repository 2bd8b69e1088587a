/** An error as a log line has it: what `err` holds, of whatever library wrote it. */
interface ErrorFields {
  readonly type: string
  readonly message: string
  readonly stack: string
  readonly hint: string
  readonly cause: unknown
  readonly errors: readonly unknown[]
}

/** Frames of one error; what called the caller's caller is rarely asked for. */
const MAX_FRAMES = 12
/** Lines of an error with all its causes: half a screen. */
const MAX_LINES = 40
const MAX_CAUSES = 5
/** Of a stack, before it is split: it may be megabytes long. */
const MAX_STACK = 16_384

/** What stands behind the message of a line for its error: nothing when the message says it already. */
export function errorRemark(err: unknown, msg: string): string {
  const { type, message } = readError(err)
  const name = type === '' || type === 'Error' ? '' : type
  if (message !== '' && !msg.includes(message)) return `— ${heading(name, message)}`
  return name === '' || msg.includes(name) ? '' : `(${name})`
}

/**
 * What is printed below a line for its error: the rest of a message of several lines, the hint, the stack, then each
 * cause in the same way. The message itself is not repeated. At most 40 lines; what is left out is counted.
 */
export function errorLines(err: unknown, msg: string): readonly string[] {
  const error = readError(err)
  const own = msg.includes(error.message) ? [] : error.message.split('\n').slice(1)
  const lines = [...own, ...details(error), ...causes(error, 0)]
  const hidden = lines.length - MAX_LINES
  return hidden > 0 ? [...lines.slice(0, MAX_LINES), `… ${hidden} more lines`] : lines
}

function causes({ cause, errors }: ErrorFields, depth: number): string[] {
  const inner = [...(cause === undefined || cause === null ? [] : [cause]), ...errors]
  if (inner.length > 0 && depth === MAX_CAUSES) return ['… and causes of that']
  return inner.slice(0, MAX_LINES).flatMap((value) => {
    const error = readError(value)
    const [first = '', ...more] = error.message.split('\n')
    return [`caused by ${heading(error.type, first)}`, ...more, ...details(error), ...causes(error, depth + 1)]
  })
}

function details({ message, stack, hint }: ErrorFields): string[] {
  const at = stack.indexOf(message)
  // Before the line of the message stands, for a syntax error, the place in the source.
  const before = at < 0 ? [] : stack.slice(0, at).split('\n').slice(0, -1)
  const after = (at < 0 ? stack : stack.slice(at + message.length)).split('\n')
  const frames = [...before, ...after].map((line) => line.trim()).filter((line) => line !== '')
  const hidden = frames.length - MAX_FRAMES
  return [
    ...(hint === '' ? [] : [`hint: ${hint}`]),
    ...frames.slice(0, MAX_FRAMES).map((frame) => `  ${frame}`),
    ...(hidden > 0 ? [`  … ${hidden} more`] : []),
  ]
}

function heading(type: string, message: string): string {
  return type === '' || message.startsWith(type) ? message : `${type}: ${message}`
}

function readError(value: unknown): ErrorFields {
  const fields = (typeof value === 'object' && value !== null ? value : { message: value }) as Record<string, unknown>
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name].slice(0, MAX_STACK) : '')
  return {
    type: text('type'),
    message: text('message'),
    stack: text('stack'),
    hint: text('hint'),
    cause: fields['cause'],
    errors: Array.isArray(fields['errors']) ? fields['errors'] : [],
  }
}
