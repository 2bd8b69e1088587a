import type { ErrorCode } from '../../core/error-table.ts'
import type { Verdict } from './error-class.ts'

const UNAVAILABLE: Verdict = ['unavailable', false]

/**
 * Our own. What a policy refuses or gives up is never to be tried again by one around it: the inner has done what can be
 * done, and attempts within attempts multiply. What an adapter says of a database that it can't use is not here: why is in
 * the cause, and a wrong password is another matter than a refused connection.
 */
export const OWN_VERDICTS: Readonly<Partial<Record<ErrorCode, Verdict>>> = {
  SEA_POLICY_TIMED_OUT: ['timeout', false],
  SEA_POLICY_ATTEMPT_TIMED_OUT: ['timeout', true],
  SEA_POLICY_CIRCUIT_OPEN: UNAVAILABLE,
  SEA_POLICY_BULKHEAD_FULL: UNAVAILABLE,
  SEA_POLICY_BODY_NOT_REPLAYABLE: ['validation', false],
  SEA_OPTIONS_INVALID: ['validation', false],
  SEA_CONFIG_INVALID: ['validation', false],
  SEA_ENV_INVALID: ['validation', false],
  SEA_REQUEST_CLIENT_GONE: ['cancelled', false],
  SEA_REQUEST_SHUTDOWN: ['cancelled', false],
  SEA_WORK_REFUSED: UNAVAILABLE,
  SEA_WORK_GIVEN_BACK: UNAVAILABLE,
  SEA_CONNECTION_LOST: ['network', true],
  SEA_RESOURCE_ABSENT: ['unavailable', true],
  SEA_DATABASE_TIMED_OUT: ['timeout', true],
  SEA_DATABASE_QUEUE_FULL: UNAVAILABLE,
  SEA_START_TIMED_OUT: ['timeout', false],
}
