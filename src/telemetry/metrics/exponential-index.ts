/** Where the number of a bucket is so near to a whole one that the logarithm alone can't tell on which side it lies. */
const NEAR = 1e-5
/** Bits of a fraction in the exact calculation: far more than 20 squarings use up. */
const PRECISION = 256n
const TWO_TO_52 = 2 ** 52
const MIN_NORMAL = 2 ** -1022

const scratch = new Float64Array(1)
const scratchWords = new Uint32Array(scratch.buffer)
const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0

/**
 * The bucket of a finite `value` > 0 at a scale from -10 to 20: bucket `i` holds what is above `base ** i` and up to
 * `base ** (i + 1)`, where `base` is `2 ** (2 ** -scale)`. Exact, for subnormal numbers as well.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
 */
export function exponentialIndex(value: number, scale: number): number {
  let exponent = 0
  scratch[0] = value
  if (value < MIN_NORMAL) {
    scratch[0] = value * TWO_TO_52
    exponent = -52
  }
  const high = scratchWords[HIGH_WORD] as number
  exponent += (high >>> 20) - 1023
  // A power of two is the upper end of its bucket.
  const isPower = (high & 0xf_ffff) === 0 && scratchWords[1 - HIGH_WORD] === 0
  if (scale <= 0) return (isPower ? exponent - 1 : exponent) >> -scale
  const perPower = 2 ** scale
  if (isPower) return exponent * perPower - 1
  scratchWords[HIGH_WORD] = (high & 0xf_ffff) | 0x3ff0_0000
  const mantissa = scratch[0]
  const position = Math.log2(mantissa) * perPower
  const whole = Math.floor(position)
  const fraction = position - whole
  const within = fraction < NEAR || fraction > 1 - NEAR ? exactPosition(mantissa, scale) : whole
  return exponent * perPower + within
}

/** `floor(log2(mantissa) * 2 ** scale)` of a mantissa between 1 and 2: each squaring yields one more digit. */
function exactPosition(mantissa: number, scale: number): number {
  let power = BigInt(mantissa * TWO_TO_52) << (PRECISION - 52n)
  const two = 2n << PRECISION
  let position = 0
  for (let digit = 0; digit < scale; digit++) {
    power = (power * power) >> PRECISION
    position *= 2
    if (power >= two) {
      power >>= 1n
      position++
    }
  }
  return position
}
