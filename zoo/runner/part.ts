import { UsageError } from '../../bench/run-command.ts'

/** Every `of`th, beginning with the `index`th. */
export interface Part {
  readonly index: number
  readonly of: number
  /** For whoever wants to run the same again. */
  readonly says: string
}

const DAY_MS = 24 * 3600 * 1000

/**
 * `2/9`, or `today/9`: which of the nine it is goes by the day (UTC), so that nine days try everything, and all runs of a day
 * try the same.
 */
export function readPart(text: string, now: Date): Part {
  const [, which = '', count = ''] = /^(today|\d+)\/(\d+)$/.exec(text) ?? []
  const of = Number(count)
  const isByDay = which === 'today'
  const index = isByDay && of > 0 ? (Math.floor(now.getTime() / DAY_MS) % of) + 1 : Number(which)
  if (!(index >= 1 && index <= of)) throw new UsageError(`--part is "${text}"; expected "1/4", or "today/4"`)
  const why = isByDay ? ` by the date ${now.toISOString().slice(0, 10)}; the same again: --part ${index}/${of}` : ''
  return { index, of, says: `part ${index} of ${of}${why}` }
}

export function partOf<Item>(items: readonly Item[], { index, of }: Part): readonly Item[] {
  return items.filter((_, place) => place % of === index - 1)
}
