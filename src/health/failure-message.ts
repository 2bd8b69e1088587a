import { hideSecrets } from '../core/secret-text.ts'

const MAX_LENGTH = 500
const NO_TEXT = 'failed with an error that has no text'

/**
 * What to say about a thrown value: one line without control characters, because it is read in terminals, credentials
 * hidden, never empty. A refused connection to `localhost` is an `AggregateError` without a message of its own; then its
 * parts are told.
 */
export function failureMessage(thrown: unknown): string {
  const text = hideSecrets(readText(thrown))
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  if (text === '') return NO_TEXT
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

/** What was thrown can be anything, also an error whose message throws when it is read. */
function readText(thrown: unknown): string {
  try {
    const text: unknown = textOf(thrown)
    return typeof text === 'string' ? text : NO_TEXT
  } catch {
    return 'failed with an error that can not be read'
  }
}

function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error))
    return typeof thrown === 'string' && thrown !== '' ? thrown : 'failed without an error'
  if (thrown.message !== '') return thrown.message
  const { errors } = thrown as Partial<AggregateError>
  if (Array.isArray(errors) && errors.length > 0) return errors.map((part) => textOf(part)).join('; ')
  return (thrown as NodeJS.ErrnoException).code ?? thrown.name
}
