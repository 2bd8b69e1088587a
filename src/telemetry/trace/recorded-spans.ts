import type { LocalTree } from '../sampling/local-tree.ts'

/**
 * Where spans go that are recorded but not sampled: it keeps them until the local root has ended, and then keeps all of
 * that root (`RecordingSpan.keep()`) or forgets them.
 */
export interface RecordedSpans<S> {
  /** For a local root; the root and all spans below it share what it gives. */
  open(slowerThanMs?: number): LocalTree<S>
  /** Each span once, at its end; children mostly come before their root. Must not throw. */
  onEnd(span: S): void
}
