import type { Clock } from '../core/clock.ts'
import { settleWithin } from '../core/wait.ts'

/** What a hook is told. */
export interface HookContext {
  /** Aborted when the hook's slice is over. */
  readonly signal: AbortSignal
  /** The slice, in milliseconds. */
  readonly limitMs: number
}

/** One piece of work of a start or a shutdown. */
export interface Hook {
  readonly name: string
  readonly run: (context: HookContext) => unknown
  /** Whether it only waits for other hooks now: it is then not named among those that hold the shutdown up. */
  readonly isIdle?: () => boolean
}

export type HookOutcome = 'done' | 'failed' | 'timed-out'

/** What became of a hook. */
export interface HookRecord {
  readonly name: string
  readonly outcome: HookOutcome
  readonly tookMs: number
  readonly error?: unknown
}

/** Runs one hook within its slice. Never throws: what the hook throws, or that it did not end, is in the record. */
export async function runHook(clock: Clock, hook: Hook, limitMs: number): Promise<HookRecord> {
  const settled = await settleWithin(clock, limitMs, (signal) => hook.run({ signal, limitMs }))
  const tookMs = Math.round(settled.tookMs)
  if (settled.outcome === 'failed') return { name: hook.name, outcome: 'failed', tookMs, error: settled.error }
  return { name: hook.name, outcome: settled.outcome === 'done' ? 'done' : 'timed-out', tookMs }
}
