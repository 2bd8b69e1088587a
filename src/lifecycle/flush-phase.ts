import type { Clock } from '../core/clock.ts'
import type { Flusher, FlushOutcome } from '../core/final-flush.ts'
import { settleWithin } from '../core/wait.ts'
import { messageOf } from './shutdown-report.ts'

/** Runs every flusher at once, each with the whole slice. Never throws and never takes longer than the slice. */
export async function flushAll(
  clock: Clock,
  flushers: readonly Flusher[],
  limitMs: number,
): Promise<Readonly<Record<string, FlushOutcome>>> {
  const ended = await Promise.all(
    flushers.map(async (flusher): Promise<readonly [string, FlushOutcome]> => {
      const settled = await settleWithin(clock, limitMs, () => flusher.flush(limitMs))
      if (settled.outcome === 'done') return [flusher.name, settled.value]
      const problem = settled.outcome === 'failed' ? messageOf(settled.error) : 'did not end in its slice'
      return [flusher.name, { complete: false, details: { problem } }]
    }),
  )
  return Object.fromEntries(ended.map(([name, outcome], index) => [uniqueName(name, index, ended), outcome]))
}

/** `telemetry`, `telemetry 2`, …: of two with one name, neither may hide in the report what the other lost. */
function uniqueName(name: string, index: number, all: readonly (readonly [string, unknown])[]): string {
  const before = all.slice(0, index).filter(([other]) => other === name).length
  return before === 0 ? name : `${name} ${before + 1}`
}
