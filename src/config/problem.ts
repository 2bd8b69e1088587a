import { SeaworthyError } from '../core/seaworthy-error.ts'

/** One line of the error: `http.port = "80a" (config/orders.yaml:3:9): expected a number. Did you mean …?` */
export interface Problem {
  /** A path in the configuration, a variable, or a file with line and column. */
  readonly subject: string
  /** Where the value came from, when the subject doesn't say so. */
  readonly from?: string
  readonly what: string
  /** A whole sentence, or an empty text. */
  readonly suggestion?: string
}

/** Problems of one load, all of which a person should see at the first try. */
export class Problems {
  readonly #lines = new Set<string>()

  /** Adds a problem; one that is there already is not repeated. */
  add(problem: Problem): void {
    this.#lines.add(formatProblem(problem))
  }

  get count(): number {
    return this.#lines.size
  }

  /** `SEA_CONFIG_INVALID` with a line for each problem. */
  toError(cause?: unknown): SeaworthyError {
    const head = `The configuration is not valid (${this.#lines.size} problem${this.#lines.size === 1 ? '' : 's'}):`
    return new SeaworthyError('SEA_CONFIG_INVALID', [head, ...this.#lines].join('\n  - '), {
      hint: 'Correct the keys, files and variables named above.',
      ...(cause === undefined ? {} : { cause }),
    })
  }
}

function formatProblem({ subject, from, what, suggestion = '' }: Problem): string {
  const text = `${subject}${from === undefined ? '' : ` (${from})`}: ${what}`
  if (suggestion === '') return text
  return `${text}${/[.!?]$/.test(text) ? '' : '.'} ${suggestion}`
}
