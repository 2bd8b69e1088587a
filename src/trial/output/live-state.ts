import type { Leg, Plan } from '../plan.ts'
import type { JudgedTrial } from '../report.ts'
import type { Trial } from '../trial.ts'

/** What a person who watches wants to know, as it is now. */
export interface LiveState {
  readonly trials: readonly Trial[]
  readonly judged: ReadonlyMap<string, JudgedTrial>
  /** The latest last. */
  readonly judgedOrder: readonly string[]
  readonly plan?: Plan
  readonly underWay?: {
    readonly leg: Leg
    readonly attempt: number
    /** Counted from 1. */
    readonly place: number
    readonly beganAtMs: number
  }
  readonly says: string
  readonly beganAtMs: number
  /** When the voyages began: before that the service is looked at. */
  readonly sailingSinceMs?: number
}

export function emptyState(trials: readonly Trial[], beganAtMs: number): LiveState {
  return { trials, judged: new Map(), judgedOrder: [], says: 'looking at the service', beganAtMs }
}

export function withJudged(state: LiveState, judged: JudgedTrial): LiveState {
  const { id } = judged.trial
  return {
    ...state,
    judged: new Map(state.judged).set(id, judged),
    judgedOrder: [...state.judgedOrder.filter((each) => each !== id), id],
  }
}

export function withVoyage(state: LiveState, leg: Leg, attempt: number, now: number): LiveState {
  const place = (state.underWay?.place ?? 0) + 1
  return { ...state, says: '', underWay: { leg, attempt, place, beganAtMs: now } }
}
