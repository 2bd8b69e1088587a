import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { Place } from './placed.ts'

/** More than a person reads at once. */
const MAX_SHOWN = 20

/** Collects everything that is wrong with what a user said, so that one error shows all of it. */
export class DeclarationProblems {
  readonly #texts: string[] = []

  /**
   * @param what what is wrong, as what follows the key: `is "5", expected a duration`
   * @param remedy one imperative sentence
   */
  add({ key, where }: Place, what: string, remedy?: string): void {
    const subject = [where, key].filter((part) => part !== '').join(': ')
    const text = `${subject} ${what}${remedy === undefined ? '' : `. ${remedy}`}`
    if (!this.#texts.includes(text)) this.#texts.push(text)
  }

  /** @throws {@link SeaworthyError} `SEA_TRIAL_DECLARATION_INVALID` with everything that was added */
  done(): void {
    const [only] = this.#texts
    if (only === undefined) return
    const more = this.#texts.length - MAX_SHOWN
    const shown = this.#texts.slice(0, MAX_SHOWN).map((text) => `\n  - ${text}`)
    if (more > 0) shown.push(`\n  - and ${more} more`)
    throw new SeaworthyError(
      'SEA_TRIAL_DECLARATION_INVALID',
      this.#texts.length === 1
        ? only
        : `${this.#texts.length} things that were said of the service can't be used:${shown.join('')}`,
      { hint: 'Correct what is named above; "seaworthy trial --help" says what each option takes.' },
    )
  }
}
