import { isSeaworthyError, SeaworthyError } from './seaworthy-error.ts'

/** Errors of several readers, so that a person sees all of them at the first try. */
export class Problems {
  readonly #errors: unknown[] = []

  add(error: unknown): void {
    this.#errors.push(error)
  }

  collect<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      this.add(error)
      return undefined
    }
  }

  async collectAsync<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      this.add(error)
      return undefined
    }
  }

  /** @throws the only error, or {@link SeaworthyError} `SEA_SERVICE_REFUSED` with the text of all of them */
  done(): void {
    if (this.#errors.length === 0) return
    if (this.#errors.length === 1) throw this.#errors[0]
    throw new SeaworthyError('SEA_SERVICE_REFUSED', describeAll(this.#errors), {
      cause: new AggregateError(this.#errors),
    })
  }
}

/** Readers of the same kind have the same first line and the same hint: each of them is said once. */
function describeAll(errors: readonly unknown[]): string {
  const blocks = new Map<string, { readonly header: string; readonly hint: string; readonly lines: Set<string> }>()
  for (const error of errors) {
    const message = error instanceof Error ? error.message : String(error)
    const [header = '', ...lines] = message.split('\n')
    const hint = (isSeaworthyError(error) && error.hint) || ''
    const key = `${header}\n${hint}`
    const block = blocks.get(key) ?? { header, hint, lines: new Set<string>() }
    blocks.set(key, block)
    for (const line of lines) block.lines.add(line)
  }
  return [...blocks.values()]
    .flatMap(({ header, hint, lines }) => [header, ...lines, ...(hint === '' ? [] : [`  ${hint}`])])
    .join('\n')
}
