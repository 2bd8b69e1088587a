import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { BLOCK_BEGAN, BLOCKS_ENDED, EXPORT_DELAY_MS, UNCOUNTED_MS } from '../marks/slow-collector.ts'
import { latenciesOf } from './latencies.ts'

/** A stretch of time in which the collector was slow, or was not. */
export interface CollectorBlock {
  readonly isSlow: boolean
  readonly from: number
  readonly to: number
  /** Of the requests that count. */
  readonly latenciesMs: readonly number[]
  /** Exports that the collector served while it was slow, late as it was. */
  readonly slowExportCount: number
}

/** What is left of a delay when clocks and timers have rounded it. */
const FELT_DELAY_MS = 0.8 * EXPORT_DELAY_MS

/** The blocks of the voyage `slow-collector`, in order. */
export function collectorBlocks(lifetime: Lifetime): CollectorBlock[] {
  const marks = eventsOf(lifetime, 'mark').filter(({ name }) => name === BLOCK_BEGAN || name === BLOCKS_ENDED)
  const end = markedAt(lifetime, BLOCKS_ENDED) ?? lifetime.events.at(-1)?.at ?? 0
  const exports = eventsOf(lifetime, 'export')
  return marks.flatMap(({ name, at, data }, index) => {
    if (name !== BLOCK_BEGAN) return []
    const to = marks[index + 1]?.at ?? end
    const isSlow = data['arm'] === 'slow'
    const served = exports.filter((event) => event.startedAt >= at && event.startedAt < to)
    return {
      isSlow,
      from: at,
      to,
      latenciesMs: latenciesOf(lifetime, { from: at + UNCOUNTED_MS, to }),
      slowExportCount: isSlow ? served.filter((event) => event.at - event.startedAt >= FELT_DELAY_MS).length : 0,
    }
  })
}
