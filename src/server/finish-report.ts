import type { Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { silentLog } from '../core/log.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import type { FinishReport, ServerDrainOptions } from './server-drain.ts'

/** What the end of one server has come to. */
export interface ServerEnd {
  /** On the scale of the clock. */
  readonly startedAt: number
  readonly limitMs: number
  readonly cutCount: number
  /** The oldest of what was cut, as many as are listed. */
  readonly cut: readonly OpenWork[]
  readonly figures: FinishReport['figures']
}

/** The report on that end, and one line of the log: a warning with the names of what was cut, if anything was. */
export function reportFinish(
  { clock, name, log = silentLog }: Pick<ServerDrainOptions, 'clock' | 'name' | 'log'>,
  { startedAt, limitMs, cutCount, cut, figures }: ServerEnd,
): FinishReport {
  const clean = cutCount === 0
  const tookMs = Math.round(clock.now() - startedAt)
  const fields = { listener: name, tookMs, ...figures }
  if (clean) log.debug(fields, `"${name}" has finished`)
  else log.warn({ ...fields, cutWork: cut }, `"${name}" cut what was still open after ${formatDuration(limitMs)}`)
  return { clean, tookMs, cutCount, cut, figures }
}

/** Items of an account as reports name them, with the age that they have now. */
export function describeWork<T extends { readonly startedAt: number }>(
  clock: Clock,
  items: readonly T[],
  describe: (item: T) => Pick<OpenWork, 'kind' | 'name'>,
): readonly OpenWork[] {
  const now = clock.now()
  return items.map((item) => ({ ...describe(item), ageMs: Math.round(now - item.startedAt) }))
}
