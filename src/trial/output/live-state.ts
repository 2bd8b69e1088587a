import type { Leg } from '../leg.ts'
import type { Plan } from '../plan.ts'
import type { JudgedTrial } from '../report.ts'
import type { Trial } from '../trial.ts'

/** A voyage that sails now. */
export interface UnderWay {
  readonly leg: Leg
  readonly attempt: number
  /** Counted from 1. */
  readonly place: number
  readonly beganAtMs: number
  readonly says: string
}

/** What a person who watches wants to know, as it is now. */
export interface LiveState {
  readonly trials: readonly Trial[]
  readonly judged: ReadonlyMap<string, JudgedTrial>
  /** The latest last. */
  readonly judgedOrder: readonly string[]
  readonly plan?: Plan
  /** Those that sail now, in the order in which they began. */
  readonly underWay: readonly UnderWay[]
  readonly begunCount: number
  /** What is said while nothing sails. */
  readonly says: string
  readonly beganAtMs: number
  /** When the voyages began: before that the service is looked at. */
  readonly sailingSinceMs?: number
}

export function emptyState(trials: readonly Trial[], beganAtMs: number): LiveState {
  return {
    trials,
    judged: new Map(),
    judgedOrder: [],
    underWay: [],
    begunCount: 0,
    says: 'looking at the service',
    beganAtMs,
  }
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
  const begunCount = state.begunCount + 1
  const began = { leg, attempt, place: begunCount, beganAtMs: now, says: '' }
  return { ...state, says: '', begunCount, underWay: [...state.underWay, began] }
}

export function withoutVoyage(state: LiveState, voyage: string): LiveState {
  return { ...state, underWay: state.underWay.filter(({ leg }) => leg.voyage.id !== voyage) }
}

/** @param leg the voyage that says it; absent before there is one */
export function withSaid(state: LiveState, what: string, leg: Leg | undefined): LiveState {
  if (leg === undefined) return { ...state, says: what }
  const underWay = state.underWay.map((each) => (each.leg.voyage.id === leg.voyage.id ? { ...each, says: what } : each))
  return { ...state, underWay }
}
