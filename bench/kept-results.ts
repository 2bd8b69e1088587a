import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../scripts/repository-files.ts'
import { UsageError } from './run-command.ts'

export interface KeptOptions<T> {
  /** Of `bench`. */
  readonly folder: string
  /** The npm script that measures. */
  readonly script: string
  /** The page of `docs/benchmarks`, without `.md`. */
  readonly page: string
  readonly toPage: (measurement: T) => string
  /** @default JSON with a line for each value */
  readonly toText?: (measurement: T) => string
}

/** What a benchmark measured last: the basis of its page is committed, any other run stays in `build`. */
export class KeptResults<T> {
  readonly #options: KeptOptions<T>
  readonly #latest: string

  constructor(options: KeptOptions<T>) {
    this.#options = options
    this.#latest = join(ROOT, 'bench', options.folder, 'results/latest.json')
  }

  /** @param forPage whether it is whole enough to be the basis of the page */
  store(measurement: T, { forPage }: { readonly forPage: boolean }): void {
    const path = forPage ? this.#latest : join(ROOT, `build/bench-${this.#options.folder}/last.json`)
    mkdirSync(dirname(path), { recursive: true })
    const { toText = (value: T) => `${JSON.stringify(value, undefined, 2)}\n` } = this.#options
    writeFileSync(path, toText(measurement))
    process.stderr.write(`stored ${path}\n`)
  }

  /** @throws UsageError when nothing that is a basis for the page was measured yet */
  latest(): T {
    if (!existsSync(this.#latest))
      throw new UsageError(`There is no full measurement yet: npm run ${this.#options.script}`)
    return JSON.parse(readFileSync(this.#latest, 'utf8')) as T
  }

  writePage(): void {
    const path = join(ROOT, 'docs/benchmarks', `${this.#options.page}.md`)
    writeFileSync(path, this.#options.toPage(this.latest()))
    process.stderr.write(`wrote ${path}\n`)
  }
}
