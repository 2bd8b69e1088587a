import type { EnvReader } from '../../core/env-reader.ts'

interface DurationRule {
  readonly fallback: number
  readonly min: number
  readonly max: number
}

/** Milliseconds of a variable within a range; `fallback` when `name` is not set. Takes `5000` as well as `5s`. */
export function durationMs(read: EnvReader, name: string | undefined, { fallback, min, max }: DurationRule): number {
  const value = name === undefined ? undefined : read.duration(name)
  if (value === undefined) return fallback
  if (value >= min && value <= max) return value
  read.problem(`${name} is ${value} ms, expected ${min} to ${max}`)
  return fallback
}
