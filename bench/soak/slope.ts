/** Something that was measured at a time, in milliseconds. */
export interface Reading {
  readonly atMs: number
  readonly value: number
}

/** The straight line that fits best (least squares): by how much it rises in a minute. */
export function risePerMinute(readings: readonly Reading[]): number {
  const count = readings.length
  if (count < 2) return 0
  const meanAt = readings.reduce((sum, { atMs }) => sum + atMs, 0) / count
  const mean = readings.reduce((sum, { value }) => sum + value, 0) / count
  let shared = 0
  let spread = 0
  for (const { atMs, value } of readings) {
    shared += (atMs - meanAt) * (value - mean)
    spread += (atMs - meanAt) ** 2
  }
  return spread === 0 ? 0 : (shared / spread) * 60_000
}

/** Those of the second half of the time: in the first, code is compiled and pools fill. */
export function secondHalf<T extends { readonly atMs: number }>(samples: readonly T[]): readonly T[] {
  const [first, last] = [samples[0]?.atMs ?? 0, samples.at(-1)?.atMs ?? 0]
  return samples.filter(({ atMs }) => atMs >= (first + last) / 2)
}
