import { hideSecrets } from '../core/secret-text.ts'

const MAX_LENGTH = 500

/**
 * What to say about a thrown value: one line, credentials hidden, never empty. A refused connection to `localhost` is an
 * `AggregateError` without a message of its own; then its parts are told.
 */
export function failureMessage(thrown: unknown): string {
  const text = hideSecrets(textOf(thrown)).replaceAll(/\s+/g, ' ').trim()
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error))
    return typeof thrown === 'string' && thrown !== '' ? thrown : 'failed without an error'
  if (thrown.message !== '') return thrown.message
  const { errors } = thrown as Partial<AggregateError>
  if (Array.isArray(errors) && errors.length > 0) return errors.map((part) => textOf(part)).join('; ')
  return (thrown as NodeJS.ErrnoException).code ?? thrown.name
}
