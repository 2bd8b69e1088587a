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
