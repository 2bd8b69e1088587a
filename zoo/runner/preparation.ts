import { spawnSync } from 'node:child_process'
import type { Animal } from '../catalogue/animal.ts'
import { ZOO } from './trial-run.ts'

/** Whether an animal can be run here; `missing` is no fault, `broken` is one. */
export type Readiness = { readonly is: 'ready' } | { readonly is: 'missing' | 'broken'; readonly because: string }

const READY: Readiness = { is: 'ready' }

/** Looks for programs, and builds what has to be built, each thing once. */
export class Preparation {
  readonly #say: (text: string) => void
  readonly #built = new Map<string, Readiness>()

  constructor(say: (text: string) => void) {
    this.#say = say
  }

  prepare({ requires, build }: Animal): Readiness {
    if (requires !== undefined && spawnSync('sh', ['-c', 'command -v "$0"', requires]).status !== 0)
      return { is: 'missing', because: `there is no ${requires} on the path` }
    const [program, ...args] = build ?? []
    if (program === undefined) return READY
    const words = [program, ...args].join(' ')
    const readiness = this.#built.get(words) ?? this.#build(program, args)
    this.#built.set(words, readiness)
    return readiness
  }

  #build(program: string, args: readonly string[]): Readiness {
    this.#say(`  ${[program, ...args].join(' ')}`)
    const { status, stderr, error } = spawnSync(program, args, { cwd: ZOO, encoding: 'utf8' })
    if (status === 0) return READY
    return { is: 'broken', because: `it can't be built: ${error?.message ?? stderr.slice(-500)}` }
  }
}
