import { type Duration, parseDuration, SeaworthyError } from 'seaworthy'

const DEFAULT_MS = 1000
const MAX_MS = 300_000

/**
 * Reads the option of that name.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 */
export function readRetryDelay(retryDelay: Duration | undefined): number {
  const ms = parseDuration(retryDelay ?? DEFAULT_MS)
  if (ms !== undefined && ms <= MAX_MS) return ms
  throw new SeaworthyError(
    'SEA_OPTIONS_INVALID',
    `amqp(): "retryDelay" is ${JSON.stringify(retryDelay)}, expected a duration of at most 5 minutes, such as "1s"`,
    { hint: 'Correct the option.' },
  )
}
