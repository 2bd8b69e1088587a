import type { AdminRequest } from '../../server/admin-route.ts'
import type { Answer } from '../../server/send-answer.ts'

/** One thing that is wrong with a request. */
export interface RequestProblem {
  /** The key in the body, or a header. */
  readonly key: string
  /** What is wrong with it, without its value where that could be a secret. */
  readonly problem: string
  /** One imperative sentence. */
  readonly remedy: string
}

/**
 * A refusal that says what is wrong with the request and what to do.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemAnswer(
  status: number,
  title: string,
  errors: readonly RequestProblem[],
  more: object = {},
): Answer {
  const detail = errors.map(({ key, problem, remedy }) => `${key}: ${problem}. ${remedy}`).join(' ')
  const body = { type: 'about:blank', title, status, detail, ...more, errors }
  return { status, headers: { 'content-type': 'application/problem+json' }, body: `${JSON.stringify(body)}\n` }
}

/**
 * What keeps a request from changing anything: it comes from a page in a browser. Every page of the web can send requests
 * to a port of the machine that it is shown on; browsers name themselves in each that could change something.
 *
 * @see https://fetch.spec.whatwg.org/#origin-header
 */
export function refuseBrowser({ headers }: AdminRequest): Answer | undefined {
  const header = ['origin', 'sec-fetch-site'].find((name) => headers[name] !== undefined)
  if (header === undefined) return undefined
  const problem = 'a page in a browser may not change anything here'
  return problemAnswer(403, 'Forbidden', [
    { key: header, problem, remedy: 'Send the request from a program, such as curl.' },
  ])
}
