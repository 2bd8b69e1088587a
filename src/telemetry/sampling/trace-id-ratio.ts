const RANDOM_BITS = 56
const HEX_DIGITS = 14

/**
 * Whether a trace belongs to the sampled part, by its id alone, so that every service that asks with the same ratio
 * decides alike, whatever its language: the last 56 bits of the id are its random number R, and it is sampled when
 * R ≥ (1 − ratio) · 2^56. (The sampler of the JavaScript SDK folds the id in another way and agrees with nobody.)
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export class TraceIdRatio {
  readonly #threshold: string | undefined

  /** @param ratio 0 to 1 */
  constructor(ratio: number) {
    const rejected = Math.round((1 - ratio) * 2 ** RANDOM_BITS)
    // A ratio too small for 56 bits rejects everything, as 0 does.
    this.#threshold = rejected >= 2 ** RANDOM_BITS ? undefined : rejected.toString(16).padStart(HEX_DIGITS, '0')
  }

  /** @param traceId 32 lowercase hexadecimal digits, of which equal lengths compare like the numbers they are */
  includes(traceId: string): boolean {
    return this.#threshold !== undefined && traceId.slice(-HEX_DIGITS) >= this.#threshold
  }
}
