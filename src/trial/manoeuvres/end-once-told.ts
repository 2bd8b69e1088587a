import type { Facts } from '../facts.ts'
import { endQuickly, stopsQuickly } from '../ship/end-quickly.ts'
import type { Ship } from '../ship/ship.ts'
import { hasItsSpans } from './has-its-spans.ts'

/** What a judge reads of a lifetime whose stop nobody judges. */
export interface Told {
  /** Requests that began earlier may have lost their spans, and nobody asks where they are. @default 0 */
  readonly fromMs?: number
  /** Whether the metrics of all requests are counted; they come every second then. */
  readonly needsMetrics?: boolean
}

/** One export of what comes every second, with a little more for a busy machine. */
const METRICS_LIMIT_MS = 1500

/**
 * Ends a ship whose stop nobody judges, at once when all that it has to tell has arrived. What is still missing may come
 * with its stop, as it does where intervals of exporters are written into the code: then it is stopped as usual.
 */
export async function endOnceTold(
  ship: Ship,
  facts: Pick<Facts, 'normal' | 'stopSignal'>,
  { fromMs = 0, needsMetrics = false }: Told = {},
): Promise<void> {
  if (stopsQuickly(facts) || !hasItsSpans(ship, fromMs)) return ship.end()
  if (needsMetrics && !(await hasItsMetrics(ship))) return ship.end()
  await endQuickly(ship, facts)
}

/** An export that began after the last answer holds all of them. */
async function hasItsMetrics({ history }: Ship): Promise<boolean> {
  const answeredAt = history
    .soFar('request')
    .reduce((last, { outcome, at }) => (outcome === 'answered' ? Math.max(last, at) : last), 0)
  const isAfter = ({ signal, startedAt, fault }: { signal: string; startedAt: number; fault?: string }): boolean =>
    signal === 'metrics' && fault === undefined && startedAt > answeredAt
  const exports = history.soFar('export')
  if (exports.some(isAfter)) return true
  if (!exports.some(({ signal }) => signal === 'metrics')) return false
  return (await history.waitFor('export', isAfter, METRICS_LIMIT_MS)) !== undefined
}
