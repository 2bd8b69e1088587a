import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { STATUS_CODES } from '../../core/node-http.ts'

const BRAND = Symbol.for('seaworthy.http-problem')

/** What a {@link HttpProblem} may say besides its status and its detail. */
export interface HttpProblemOptions {
  /**
   * What kind of problem it is, as a URI that stays the same for all of its kind.
   *
   * @default "about:blank": the status says it all
   * @see https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
   */
  readonly type?: string
  /** The kind in words, the same for all of its kind. @default the words of the status, such as "Not Found" */
  readonly title?: string
  /** This one occurrence, as a URI. @default the id of the request, where it has one */
  readonly instance?: string
  /** Headers of the answer, such as `retry-after` or `www-authenticate`. @default none */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Members of its own, such as `errors` with what is wrong where. They can't replace those of RFC 9457 or `traceId`.
   *
   * @default none
   */
  readonly extensions?: Readonly<Record<string, unknown>>
  /** What led to it: for the log, never for the client. */
  readonly cause?: unknown
}

/**
 * An error that is meant for the client: thrown by a handler, it becomes the answer, as `application/problem+json`. All
 * that it holds besides its `cause` is public. Whatever else is thrown is answered with 500 and says nothing.
 *
 * @example
 * ```ts
 * throw new HttpProblem(404, 'There is no order 42')
 * throw new HttpProblem(422, 'The order was refused', { extensions: { errors: [{ pointer: '#/amount', detail: 'is 0' }] } })
 * ```
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export class HttpProblem extends Error {
  readonly status: number
  /** The same as {@link status}, by the name that frameworks look for. */
  readonly statusCode: number
  readonly type: string
  readonly title: string
  readonly detail: string | undefined
  readonly instance: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly extensions: Readonly<Record<string, unknown>>
  /** That the message may go to the client, as `http-errors` says it, for error handlers that are not ours. */
  readonly expose = true

  /**
   * @param status 400 to 599
   * @param detail what is wrong this time, in words for whoever calls
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for another status
   */
  constructor(status: number, detail?: string, options: HttpProblemOptions = {}) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new SeaworthyError('SEA_OPTIONS_INVALID', `The status of an HttpProblem is ${String(status)}`, {
        hint: 'Pass a status of an error: 400 to 599.',
      })
    }
    const title = options.title ?? STATUS_CODES[status] ?? 'Error'
    super(detail ?? title, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'HttpProblem'
    this.status = status
    this.statusCode = status
    this.type = options.type ?? 'about:blank'
    this.title = title
    this.detail = detail
    this.instance = options.instance
    this.headers = options.headers ?? {}
    this.extensions = options.extensions ?? {}
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** True for a {@link HttpProblem}, of this or another copy of the package. */
export function isHttpProblem(value: unknown): value is HttpProblem {
  return typeof value === 'object' && value !== null && BRAND in value
}
