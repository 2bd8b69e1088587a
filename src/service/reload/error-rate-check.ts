import type { ReloadCheck } from '../../config/reload/post-check.ts'
import type { Clock } from '../../core/clock.ts'
import type { AnswerCount, AnswerCounts } from './answer-counts.ts'

export interface ErrorRateSource {
  /** The newest configuration. */
  generation(): number
  /** Of the last minute of this configuration; what is known of others may be forgotten from now on. */
  lately(generation: number): AnswerCount
  with(generation: number): AnswerCount
}

export interface ErrorRateLimits {
  readonly margin: number
  readonly minRequests: number
}

/** 95 of 100 times a share is within so many standard errors. */
const CONFIDENCE = 1.96

/**
 * Fails when more of the requests that have begun with a new configuration end in an error than of those of the minute
 * before, by more than the margin, and by more than chance: what counts is the lower end of the 95 % interval, so that one
 * error of ten proves nothing, and fifty of five hundred do.
 *
 * @see https://www.itl.nist.gov/div898/handbook/prc/section2/prc241.htm
 */
export class ErrorRateCheck implements ReloadCheck {
  readonly name = 'error rate'
  readonly #source: ErrorRateSource
  readonly #limits: ErrorRateLimits
  #generationBefore = 0
  #before: AnswerCount = { answered: 0, failed: 0 }

  constructor(source: ErrorRateSource, limits: ErrorRateLimits) {
    this.#source = source
    this.#limits = limits
  }

  takeStock(): void {
    this.#generationBefore = this.#source.generation()
    this.#before = this.#source.lately(this.#generationBefore)
  }

  check(): string | undefined {
    const generation = this.#source.generation()
    if (generation === this.#generationBefore) return undefined
    const now = this.#source.with(generation)
    const { margin, minRequests } = this.#limits
    if (now.answered < minRequests) return undefined
    const shareBefore = shareOf(this.#before)
    if (lowerBound(now) <= shareBefore + margin) return undefined
    const before = `${percent(shareBefore)} in the minute before`
    return `${now.failed} of ${now.answered} requests failed with it (${percent(shareOf(now))}), ${before}`
  }
}

/** What a check of the rate of errors compares: answers with the newest configuration, and of the minute before. */
export function answersOf(counts: AnswerCounts, generation: () => number, clock: Clock): ErrorRateSource {
  return {
    generation,
    lately: (which) => {
      counts.keepOnly(which)
      return counts.lately(which, clock.now())
    },
    with: (which) => counts.with(which),
  }
}

function shareOf({ answered, failed }: AnswerCount): number {
  return answered === 0 ? 0 : failed / answered
}

/** The lower end of Wilson's interval for the share of failures. */
export function lowerBound({ answered, failed }: AnswerCount): number {
  if (answered === 0) return 0
  const share = failed / answered
  const z2 = CONFIDENCE * CONFIDENCE
  const middle = share + z2 / (2 * answered)
  const spread = CONFIDENCE * Math.sqrt((share * (1 - share)) / answered + z2 / (4 * answered * answered))
  return Math.max(0, (middle - spread) / (1 + z2 / answered))
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
