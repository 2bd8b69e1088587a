import { readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'

/**
 * A file of the user that is changed for a while. It is as it was after {@link BorrowedFile.giveBack}, and as soon as the
 * signal is aborted, whoever waits for what then: writing is synchronous, so that nothing can come between.
 */
export class BorrowedFile implements Disposable {
  readonly original: string
  readonly #path: string
  readonly #bytes: Buffer
  readonly #mode: number
  readonly #signal: AbortSignal
  #isGivenBack = false
  readonly #onAbort = (): void => this.giveBack()

  /** @throws an error of the file system when it can't be read */
  constructor(path: string, signal: AbortSignal) {
    // Behind a link, it is the file itself that comes and goes.
    this.#path = realpathSync(path)
    this.#mode = statSync(this.#path).mode
    this.#bytes = readFileSync(this.#path)
    this.original = this.#bytes.toString('utf8')
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Written in place, as an editor does it; nothing happens once the file was given back. */
  write(text: string): void {
    if (!this.#isGivenBack && !this.#signal.aborted) writeFileSync(this.#path, text, { mode: this.#mode })
  }

  remove(): void {
    if (!this.#isGivenBack && !this.#signal.aborted) rmSync(this.#path)
  }

  /** As it was, byte for byte. Safe to call again. */
  giveBack(): void {
    if (this.#isGivenBack) return
    this.#isGivenBack = true
    this.#signal.removeEventListener('abort', this.#onAbort)
    writeFileSync(this.#path, this.#bytes, { mode: this.#mode })
  }

  [Symbol.dispose](): void {
    this.giveBack()
  }
}
