import { formatDuration } from '../core/duration.ts'
import type { BudgetOrigin, BudgetPart } from './budget-origin.ts'
import { type ShutdownBudgetOptions, SLICES } from './budget-slices.ts'
import type { BudgetSurroundings } from './grace-period.ts'
import { leastGraceMs, toSeconds } from './least-grace.ts'
import { findPlatform, type Platform } from './platform.ts'
import { type BudgetVerdict, fitBudget, type ShutdownBudget } from './shutdown-budget.ts'

/** One number of the equation. */
export interface BudgetLine {
  readonly part: BudgetPart
  readonly ms: number
  readonly origin: BudgetOrigin
  /** Where it came from, in words: `SEAWORTHY_DRAIN_DELAY`, `default`, `scaled down from 10s`. */
  readonly source: string
}

/** A budget, worked out for a person who wants to know whether it fits, and what to change. */
export interface BudgetExplanation {
  /** `preStop 0ms + drainDelay 5s + … = 25s ≤ 30s`. */
  readonly equation: string
  readonly verdict: BudgetVerdict
  /** Whether the sum is within the grace period. */
  readonly fits: boolean
  /** In the order of the equation, then the grace period. */
  readonly lines: readonly BudgetLine[]
  /** All of it, a `preStop` hook included. */
  readonly totalMs: number
  readonly graceMs: number
  /** What is left of the grace period; negative when the sum is longer. */
  readonly spareMs: number
  readonly platform?: { readonly id: string; readonly title: string; readonly source: string }
  /** What to change, one sentence each; empty when there is nothing to say. */
  readonly advice: readonly string[]
}

/**
 * Works out the budget of a shutdown as a service with these options does at its boot, and explains it instead of
 * refusing it.
 *
 * @example
 * ```ts
 * const { fits, equation } = explainBudget({ inFlight: '20s' }, { env: { SEAWORTHY_GRACE_SECONDS: '40' }, isTerminal: false })
 * ```
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` or `SEA_ENV_INVALID`
 */
export function explainBudget(options: ShutdownBudgetOptions, around: BudgetSurroundings): BudgetExplanation {
  const { budget, verdict } = fitBudget(options, around)
  return toExplanation(budget, verdict)
}

/** The explanation of a budget that a service goes by already: it fits, was scaled, or exceeds what is only assumed. */
export function explainResolvedBudget(budget: ShutdownBudget): BudgetExplanation {
  if (budget.totalMs + budget.preStopMs > budget.graceMs) return toExplanation(budget, 'exceeds')
  const isScaled = Object.values(budget.origins).some(({ from }) => from === 'scaled')
  return toExplanation(budget, isScaled ? 'scaled' : 'fits')
}

function toExplanation(budget: ShutdownBudget, verdict: BudgetVerdict): BudgetExplanation {
  const { preStopMs, drainDelayMs, inFlightMs, stopMs, flushMs, marginMs, graceMs, origins } = budget
  const amounts: Record<BudgetPart, number> = {
    preStop: preStopMs,
    drainDelay: drainDelayMs,
    inFlight: inFlightMs,
    stop: stopMs,
    flush: flushMs,
    margin: marginMs,
    grace: graceMs,
  }
  const lines = (Object.keys(amounts) as BudgetPart[]).map((part): BudgetLine => {
    const origin = origins[part]
    return { part, ms: amounts[part], origin, source: describeOrigin(origin) }
  })
  const totalMs = budget.totalMs + preStopMs
  const fits = totalMs <= graceMs
  const platform = budget.platform === undefined ? undefined : findPlatform(budget.platform)
  const sum = lines.filter(({ part }) => part !== 'grace').map(({ part, ms }) => `${part} ${formatDuration(ms)}`)
  return {
    equation: `${sum.join(' + ')} = ${formatDuration(totalMs)} ${fits ? '≤' : '>'} ${formatDuration(graceMs)}`,
    verdict,
    fits,
    lines,
    totalMs,
    graceMs,
    spareMs: graceMs - totalMs,
    ...(platform === undefined
      ? {}
      : { platform: { id: platform.id, title: platform.title, source: platform.source } }),
    advice: advise(budget, verdict, platform),
  }
}

function describeOrigin({ from, name, unscaledMs }: BudgetOrigin): string {
  switch (from) {
    case 'default':
      return 'default'
    case 'option':
    case 'variable':
    case 'flag':
      return name ?? from
    case 'terminal':
      return 'default on a terminal'
    case 'scaled':
      return `default, scaled down${unscaledMs === undefined ? '' : ` from ${formatDuration(unscaledMs)}`}`
    case 'platform':
      return `what ${name ?? 'the platform'} gives by default`
    case 'assumed':
      return 'assumed: no platform was recognised'
  }
}

function advise(budget: ShutdownBudget, verdict: BudgetVerdict, platform: Platform | undefined): readonly string[] {
  const neededSeconds = Math.ceil((budget.totalMs + budget.preStopMs) / 1000)
  const leastMs = leastGraceMs(budget)
  const setting = platform === undefined ? 'the grace period of the platform' : platform.setting
  const advice: string[] = []
  if (verdict === 'exceeds' || verdict === 'refused') {
    if (setting !== undefined)
      advice.push(`Raise ${setting} to ${neededSeconds} s or more, and set SEAWORTHY_GRACE_SECONDS to the same number.`)
    if (verdict === 'exceeds' && budget.graceMs >= leastMs)
      advice.push(
        `${setting === undefined ? 'Set' : 'Or set'} SEAWORTHY_GRACE_SECONDS=${budget.graceMs / 1000}, and default slices are scaled to fit.`,
      )
    if (verdict === 'refused' && leastMs < budget.totalMs + budget.preStopMs)
      advice.push(`Default slices are scaled down to a tenth, no further: that needs ${toSeconds(leastMs)} s.`)
    const isChosen = SLICES.some((slice) => CHOSEN.has(budget.origins[slice].from))
    if (isChosen) advice.push('Or shorten the slices that were chosen; the longest is a good place to begin.')
    if (verdict === 'exceeds' && isWatched(budget))
      advice.push(
        `At the terminal itself, Ctrl-C has no limit; only a stop from outside kills after ${formatDuration(budget.graceMs)}.`,
      )
  }
  if (verdict === 'scaled' && setting !== undefined)
    advice.push(`For the default slices, raise ${setting} and SEAWORTHY_GRACE_SECONDS together.`)
  if (verdict === 'fits' && (budget.graceSource === 'platform' || budget.graceSource === 'assumed'))
    advice.push('Declare the grace period as SEAWORTHY_GRACE_SECONDS, so that it is checked at every boot.')
  if (budget.preStopMs > 0 && budget.drainDelayMs > 0)
    advice.push('A preStop sleep and the drain delay wait for the same thing, one after the other: one is enough.')
  return advice
}

const CHOSEN: ReadonlySet<BudgetOrigin['from']> = new Set(['option', 'variable', 'flag'])

/** Whether slices are shorter because a person watches. */
function isWatched({ origins }: Pick<ShutdownBudget, 'origins'>): boolean {
  return Object.values(origins).some(({ from }) => from === 'terminal')
}
