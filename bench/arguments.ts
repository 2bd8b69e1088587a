import { UsageError } from './run-command.ts'

/**
 * Those of `all` that were named, in their own order; an item may have several names, such as that of its group.
 *
 * @throws UsageError when nothing has one of the names
 */
export function chosen<T>(
  option: string,
  text: string | undefined,
  all: readonly T[],
  namesOf: (item: T) => readonly string[],
): readonly T[] {
  if (text === undefined) return all
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !all.some((item) => namesOf(item).includes(name)))
  if (unknown.length > 0) throw new UsageError(`--${option}: there is no ${unknown.join(', ')}; --help says more.`)
  return all.filter((item) => namesOf(item).some((name) => names.includes(name)))
}

/** @throws UsageError when it is less than `least`, or not whole */
export function wholeNumber(
  option: string,
  text: string | undefined,
  { fallback, least = 1 }: { readonly fallback: number; readonly least?: number },
): number {
  const value = text === undefined ? fallback : Number(text)
  if (text?.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${option} must be a whole number from ${least}, not "${text}".`)
  return value
}

/** @throws UsageError when it is no number above 0 */
export function positiveNumber(option: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new UsageError(`--${option} must be a number above 0, not "${text}".`)
  return value
}
