import type { SamplingVerdict } from '../sampling/sampler.ts'
import type { LocalTree } from '../sampling/local-tree.ts'
import { fromHex, toHex } from './hex-words.ts'
import type { RandomWords } from './random-words.ts'

/**
 * The part of a trace that happens below one local root in this process. All its spans share this object, so that it
 * tells apart two requests that belong to the same trace.
 */
export class LocalTrace {
  /** The id, 32 bits each, the most significant first. */
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  /** What was decided about the local root. */
  verdict: SamplingVerdict | undefined = undefined
  /** The spans of it that are recorded and not sampled: what becomes of them is decided for all. */
  tree: LocalTree<unknown> | undefined = undefined
  #text: string | undefined

  constructor(a: number, b: number, c: number, d: number, text: string | undefined) {
    this.a = a
    this.b = b
    this.c = c
    this.d = d
    this.#text = text
  }

  /** A trace that begins here. */
  static begin(random: RandomWords): LocalTrace {
    const a = random.next()
    const b = random.next()
    const c = random.next()
    const d = random.next()
    // All zeros are no id; that happens once in 2^128 times.
    return new LocalTrace(a, b, c, (a | b | c | d) === 0 ? 1 : d, undefined)
  }

  /** One that began elsewhere. The id must be checked already. */
  static continue(id: string): LocalTrace {
    return new LocalTrace(fromHex(id, 0), fromHex(id, 8), fromHex(id, 16), fromHex(id, 24), id)
  }

  /** 32 hexadecimal digits. */
  get id(): string {
    return (this.#text ??= toHex(this.a) + toHex(this.b) + toHex(this.c) + toHex(this.d))
  }
}
