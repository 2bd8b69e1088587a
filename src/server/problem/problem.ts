import { STATUS_CODES } from '../../core/node-http.ts'

/**
 * What a client is told about an error.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457#section-3
 */
export interface Problem {
  readonly status: number
  readonly type: string
  readonly title: string
  readonly detail?: string | undefined
  readonly instance?: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly extensions: Readonly<Record<string, unknown>>
  /** Whether somebody meant the client to get this. What nobody meant is a bug or an outage, and logged as one. */
  readonly isExpected: boolean
}

/** What is known of a problem; the rest follows from its status. */
export type ProblemFacts = Partial<Omit<Problem, 'isExpected'>> & { readonly status: number }

/** A problem with all that follows from its status. */
export function toProblem(facts: ProblemFacts, isExpected: boolean): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[facts.status] ?? 'Error',
    headers: {},
    extensions: {},
    ...facts,
    isExpected,
  }
}
