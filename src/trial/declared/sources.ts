import type { Known, Origin } from '../facts.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import type { DeclaredKey } from './options.ts'
import type { Placed } from './placed.ts'
import type { Read } from './read-scalars.ts'

/** What one source says, by key. */
export interface Source {
  readonly origin: Origin
  readonly said: ReadonlyMap<DeclaredKey, Placed>
}

/** Flags and file, the stronger first. A value that is overruled is checked all the same. */
export class Sources {
  readonly #sources: readonly Source[]
  readonly #problems: DeclarationProblems

  constructor(sources: readonly Source[], problems: DeclarationProblems) {
    this.#sources = sources
    this.#problems = problems
  }

  /** The strongest value of a key, else `weaker`. */
  read<T>(key: DeclaredKey, read: Read<T>, weaker?: Known<T>): Known<T> | undefined {
    const [strongest] = this.all(key, read)
    return strongest ?? weaker
  }

  /** What each source says of a key, the strongest first. */
  all<T>(key: DeclaredKey, read: Read<T>): readonly Known<T>[] {
    return this.places(key).flatMap(({ node, origin }) => {
      const value = read(node, this.#problems)
      return value === undefined ? [] : [{ value, origin }]
    })
  }

  /** Where a key is said, the strongest first. */
  places(key: DeclaredKey): readonly { readonly node: Placed; readonly origin: Origin }[] {
    return this.#sources.flatMap(({ said, origin }) => {
      const node = said.get(key)
      return node === undefined ? [] : [{ node, origin }]
    })
  }
}
