import type { KeepReason } from './worth-keeping.ts'

/**
 * The spans of one trace in this process that are recorded without being sampled, from the first one down. All of them
 * hold this very object, so that what was decided when the first one ended is known to those that end later, without
 * anything that would have to be remembered.
 */
export class LocalTree<S> {
  /** How long the first span may take before the tree is kept. */
  readonly slowerThanMs: number
  /** `undefined` while the first span runs. */
  outcome: 'kept' | 'dropped' | undefined = undefined
  hasFailed = false
  wasAskedFor = false
  /** Finished ones that wait. */
  readonly spans: S[] = []
  bytes = 0
  /** When the first of them came in. */
  sinceMs = 0
  reason: KeepReason | undefined = undefined

  constructor(slowerThanMs: number) {
    this.slowerThanMs = slowerThanMs
  }
}
