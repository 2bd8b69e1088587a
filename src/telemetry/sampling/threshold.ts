import type { TraceState } from '@opentelemetry/api'
import { W3cTraceState } from '../propagation/trace-state.ts'

const RANDOM_BITS = 56
const HEX_DIGITS = 14
const TWO_TO_32 = 2 ** 32
const TWO_TO_24 = 2 ** 24
/** Significant digits of a threshold: the recommendation, good for 0.01 % of the probability that was asked for. */
const PRECISION = 4

/** The key in `tracestate` under which OpenTelemetry keeps all of its own. */
export const OT_KEY = 'ot'

/**
 * A rejection threshold T of 56 bits: a trace is sampled when its random number R is at least T. Of two services that
 * sample in this way, whatever their language, the one with the smaller probability samples a part of what the other does.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export class Threshold {
  /** Upper 24 bits; 2^24, which no random number reaches, when nothing is sampled. */
  readonly high24: number
  readonly low32: number
  /** As in `th:`, hexadecimal and without trailing zeros. */
  readonly text: string
  /** The probability that it really stands for: what was asked for, rounded. */
  readonly probability: number
  /** What a root that it sampled passes on; nothing when nothing is sampled. One object for all of them. */
  readonly traceState: TraceState | undefined

  /** @param kept how many of 2^56 equally likely numbers are sampled */
  private constructor(kept: number) {
    const keptHigh = Math.floor(kept / TWO_TO_32)
    const keptLow = kept - keptHigh * TWO_TO_32
    this.low32 = keptLow === 0 ? 0 : TWO_TO_32 - keptLow
    this.high24 = kept === 0 ? TWO_TO_24 : TWO_TO_24 - keptHigh - (keptLow === 0 ? 0 : 1)
    this.text = thresholdText(this.high24, this.low32)
    this.probability = kept / 2 ** RANDOM_BITS
    this.traceState = kept === 0 ? undefined : new W3cTraceState(`${OT_KEY}=th:${this.text}`)
    Object.freeze(this)
  }

  /**
   * @param probability 0 to 1. Less than the least that 56 bits can express, 2^-56, is nothing, as 0 is
   * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/#converting-floating-point-probability-to-threshold-value
   */
  static of(probability: number): Threshold {
    // A threshold that begins with many f is of a small probability: they don't count as significant.
    let leadingBits = 0
    for (let rest = probability; rest > 0 && rest < 0.5 && leadingBits < RANDOM_BITS; rest *= 2) leadingBits++
    const digits = Math.min(HEX_DIGITS, PRECISION + Math.floor(leadingBits / 4))
    const unit = 16 ** (HEX_DIGITS - digits)
    // Scaling by powers of two is exact; the number of units has few digits.
    return new Threshold(Math.max(0, Math.ceil((probability * 2 ** RANDOM_BITS) / unit - 0.5)) * unit)
  }

  /** Whether a trace with this random number is sampled. */
  includes(high24: number, low32: number): boolean {
    return high24 > this.high24 || (high24 === this.high24 && low32 >= this.low32)
  }
}

function thresholdText(high24: number, low32: number): string {
  const text = high24.toString(16).padStart(6, '0') + low32.toString(16).padStart(8, '0')
  const trimmed = text.replace(/0+$/, '')
  return trimmed === '' ? '0' : trimmed
}
