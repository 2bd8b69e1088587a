import type { Cancel, Clock } from '../../core/clock.ts'
import { LocalTree } from './local-tree.ts'
import type { ResolvedSamplingKeep } from './sampling-plan.ts'
import { TokenBucket } from './token-bucket.ts'
import { type FinishedSpan, isFailed, KEEP_ATTRIBUTE, type KeepReason } from './worth-keeping.ts'

/** A finished span that was recorded without being sampled. */
export interface RecordedSpan<S> extends FinishedSpan {
  /** Of its local root, which all spans below it share. */
  readonly tree: LocalTree<S>
  readonly isLocalRoot: boolean
  readonly durationMs: number
  /** About what it takes in memory. */
  readonly estimatedBytes: number
}

export interface KeepBufferOptions<S> {
  readonly clock: Clock
  readonly keep: ResolvedSamplingKeep
  /**
   * Takes a span that is kept after all: it goes out with the sampled bit set and without `th`, the local root with
   * {@link REASON_ATTRIBUTE}. Must not throw.
   */
  readonly onKept: (span: S, reason: KeepReason) => void
}

/** Why trees were given up before it was known how they end. */
export type EvictionReason = 'spans' | 'bytes' | 'age'

export interface KeepFigures {
  /** Trees, by reason. */
  readonly kept: Readonly<Record<KeepReason, number>>
  /** Trees with nothing remarkable in them. */
  readonly dropped: number
  /** Trees that were worth keeping, beyond what is kept in a second. */
  readonly limited: number
  /** Trees given up under pressure: they are not sampled, as was first decided. */
  readonly evicted: Readonly<Record<EvictionReason, number>>
  readonly evictedSpans: number
  readonly waitingSpans: number
  readonly waitingBytes: number
}

const MIN_BURST = 1

/**
 * Holds the spans of traces that were not sampled until their local root has ended and it is known whether they are worth
 * keeping: because something failed, was slow, or because somebody asked for it.
 *
 * What holds: never more spans or bytes wait than the plan says, and none longer. What has to go is the oldest tree as a
 * whole: kept, if it is certain already that it is worth it, else given up and counted. A span that ends after that, or
 * after its root, follows the decision.
 */
export class KeepBuffer<S extends RecordedSpan<S>> {
  readonly #clock: Clock
  readonly #onKept: (span: S, reason: KeepReason) => void
  /** Trees with spans in them, the one that has waited longest first. */
  readonly #trees = new Set<LocalTree<S>>()
  #keep: ResolvedSamplingKeep
  #errors: TokenBucket
  #slow: TokenBucket
  #spans = 0
  #bytes = 0
  #cancelExpiry: Cancel | undefined
  readonly #kept: Record<KeepReason, number> = { error: 0, slow: 0, asked: 0 }
  #dropped = 0
  #limited = 0
  readonly #evicted: Record<EvictionReason, number> = { spans: 0, bytes: 0, age: 0 }
  #evictedSpans = 0

  constructor({ clock, keep, onKept }: KeepBufferOptions<S>) {
    this.#clock = clock
    this.#onKept = onKept
    this.#keep = keep
    this.#errors = createBucket(clock, keep.errorsPerSecond)
    this.#slow = createBucket(clock, keep.slowPerSecond)
  }

  get figures(): KeepFigures {
    return {
      kept: { ...this.#kept },
      dropped: this.#dropped,
      limited: this.#limited,
      evicted: { ...this.#evicted },
      evictedSpans: this.#evictedSpans,
      waitingSpans: this.#spans,
      waitingBytes: this.#bytes,
    }
  }

  /** Other limits from now on, also for what waits. */
  configure(keep: ResolvedSamplingKeep): void {
    if (keep.errorsPerSecond !== this.#keep.errorsPerSecond)
      this.#errors = createBucket(this.#clock, keep.errorsPerSecond)
    if (keep.slowPerSecond !== this.#keep.slowPerSecond) this.#slow = createBucket(this.#clock, keep.slowPerSecond)
    this.#keep = keep
    this.#makeRoom()
    this.#cancelExpiry?.()
    this.#cancelExpiry = undefined
    this.#planExpiry()
  }

  /** For a local root whose verdict is `record`; the root and all below it hold on to it. */
  open(slowerThanMs = this.#keep.slowerThanMs): LocalTree<S> {
    return new LocalTree(slowerThanMs)
  }

  /**
   * Whether one more tree may be kept for this reason now: counted as kept if so, else as beyond the limit. For those who
   * build their only span at the end, when `isWorthKeeping` says so.
   */
  admit(reason: KeepReason): boolean {
    const isAdmitted = reason === 'asked' || (reason === 'error' ? this.#errors.take() : this.#slow.take())
    if (isAdmitted) this.#kept[reason]++
    else this.#limited++
    return isAdmitted
  }

  /** A span has ended that was recorded without being sampled. */
  onEnd(span: S): void {
    const { tree } = span
    if (tree.outcome !== undefined) return this.#follow(span, tree)
    if (!tree.hasFailed && isFailed(span)) tree.hasFailed = true
    if (!tree.wasAskedFor && span.attribute(KEEP_ATTRIBUTE) === true) tree.wasAskedFor = true
    if (span.isLocalRoot) this.#decide(span, tree)
    else this.#add(span, tree)
  }

  /** Decides about everything that waits by what is known now: the process ends. */
  close(): void {
    for (const tree of this.#trees) this.#settleEarly(tree, 'age')
    this.#cancelExpiry?.()
    this.#cancelExpiry = undefined
  }

  #follow(span: S, tree: LocalTree<S>): void {
    if (tree.reason !== undefined) this.#onKept(span, tree.reason)
  }

  #decide(root: S, tree: LocalTree<S>): void {
    this.#remove(tree)
    const reason = this.#reasonOf(root.durationMs, tree)
    if (reason === undefined || !this.admit(reason)) {
      if (reason === undefined) this.#dropped++
      tree.outcome = 'dropped'
      tree.spans.length = 0
      return
    }
    this.#onKept(root, reason)
    this.#release(tree, reason)
  }

  #release(tree: LocalTree<S>, reason: KeepReason): void {
    tree.outcome = 'kept'
    tree.reason = reason
    for (const span of tree.spans) this.#onKept(span, reason)
    tree.spans.length = 0
  }

  #reasonOf(durationMs: number, tree: LocalTree<S>): KeepReason | undefined {
    if (tree.wasAskedFor) return 'asked'
    if (tree.hasFailed && this.#keep.errorsPerSecond > 0) return 'error'
    return durationMs > tree.slowerThanMs ? 'slow' : undefined
  }

  #add(span: S, tree: LocalTree<S>): void {
    const bytes = span.estimatedBytes
    if (tree.spans.length === 0) {
      tree.sinceMs = this.#clock.now()
      this.#trees.add(tree)
    }
    tree.spans.push(span)
    tree.bytes += bytes
    this.#spans++
    this.#bytes += bytes
    this.#makeRoom()
    this.#planExpiry()
  }

  #makeRoom(): void {
    for (const tree of this.#trees) {
      if (this.#spans > this.#keep.maxSpans) this.#settleEarly(tree, 'spans')
      else if (this.#bytes > this.#keep.maxBytes) this.#settleEarly(tree, 'bytes')
      else return
    }
  }

  /** Before its root has ended: what is certain by now decides, and the root runs at least as long as the tree waits. */
  #settleEarly(tree: LocalTree<S>, pressure: EvictionReason): void {
    this.#remove(tree)
    const reason = this.#reasonOf(this.#clock.now() - tree.sinceMs, tree)
    if (reason !== undefined && this.admit(reason)) return this.#release(tree, reason)
    this.#evicted[pressure]++
    this.#evictedSpans += tree.spans.length
    tree.outcome = 'dropped'
    tree.spans.length = 0
  }

  #remove(tree: LocalTree<S>): void {
    if (!this.#trees.delete(tree)) return
    this.#spans -= tree.spans.length
    this.#bytes -= tree.bytes
    tree.bytes = 0
  }

  /** One timer for all: the oldest tree comes first. */
  #planExpiry(): void {
    if (this.#cancelExpiry !== undefined) return
    const [oldest] = this.#trees
    if (oldest === undefined) return
    const leftMs = oldest.sinceMs + this.#keep.maxAgeMs - this.#clock.now()
    this.#cancelExpiry = this.#clock.schedule(Math.max(0, leftMs), () => this.#expire(), { keepAlive: false })
  }

  #expire(): void {
    this.#cancelExpiry = undefined
    const limit = this.#clock.now() - this.#keep.maxAgeMs
    for (const tree of this.#trees) {
      if (tree.sinceMs > limit) break
      this.#settleEarly(tree, 'age')
    }
    this.#planExpiry()
  }
}

function createBucket(clock: Clock, perSecond: number): TokenBucket {
  return new TokenBucket(clock, perSecond, Math.max(MIN_BURST, perSecond))
}
