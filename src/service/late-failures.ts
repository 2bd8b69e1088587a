import type { Log } from '../core/log.ts'
import { describeReason, messageOf, type ShutdownReason } from '../lifecycle/shutdown-report.ts'

/** Failures beyond these are not kept: each has its own line in the log anyway. */
const MAX_FAILURES = 20

/** What failed after the shutdown had begun: it can't begin one, but it must not be forgotten. */
export class LateFailures {
  readonly #messages: string[] = []

  get messages(): readonly string[] {
    return this.#messages
  }

  /** Keeps what would have begun a shutdown because it failed; a signal or a request is none. */
  note(reason: ShutdownReason): void {
    if (reason.kind === 'fatal' || reason.kind === 'uncaught') this.add(describeReason(reason), reason.error)
  }

  add(what: string, error: unknown): void {
    if (this.#messages.length < MAX_FAILURES) this.#messages.push(`${what}: ${messageOf(error)}`)
  }
}

/** A log for what may speak before the service has one; until `find` finds it, lines are dropped. */
export function lateLog(find: () => Log | undefined): Log {
  return {
    debug: (fields, message) => find()?.debug(fields, message),
    info: (fields, message) => find()?.info(fields, message),
    warn: (fields, message) => find()?.warn(fields, message),
    error: (fields, message) => find()?.error(fields, message),
  }
}
