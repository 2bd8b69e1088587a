import { formatDuration } from '../../core/duration.ts'
import { formatBytes } from '../../health/checks/format-bytes.ts'
import type { Pressure } from './pressure.ts'

/** What is too much, with the figures: `requests wait 312ms for the event loop, limit 200ms`. */
export function describePressure({ kind, value, limit }: Pressure): string {
  switch (kind) {
    case 'event_loop_delay':
      return `requests wait ${formatDuration(value)} for the event loop, limit ${formatDuration(limit)}`
    case 'memory':
      return `${formatBytes(value)} of memory are resident, limit ${formatBytes(limit)}`
    case 'heap':
      return `${Math.round(value)} % of the heap are used, limit ${limit} %`
    case 'in_flight':
      return `more than ${limit} at a time`
  }
}

/** The same as fields of a log line, in the units of the names. */
export function pressureFields({ kind, value, limit }: Pressure): Readonly<Record<string, number | string>> {
  const [valueName, limitName] = FIELDS[kind]
  return { reason: kind, [valueName]: Math.round(value), [limitName]: limit }
}

const FIELDS = {
  event_loop_delay: ['delayMs', 'maxDelayMs'],
  memory: ['residentBytes', 'maxBytes'],
  heap: ['heapPercent', 'maxHeapPercent'],
  in_flight: ['inFlight', 'maxInFlight'],
} as const
