import { byArea } from '../areas.ts'
import { countOutcomes } from '../report.ts'
import type { Trial } from '../trial.ts'
import type { DrawnLine } from './drawn-block.ts'
import type { LiveState, UnderWay } from './live-state.ts'
import { OUTCOME_SIGN, type Paint, paintOutcome } from './paint.ts'
import { safeLine } from './safe-text.ts'
import { fit, widthOf } from './text-width.ts'
import { aboutWords, elapsedWords, shortCountWords } from './words.ts'

/** How big the terminal is, and what time it is. */
export interface LiveSurroundings {
  readonly columns: number
  readonly rows: number
  readonly now: number
  readonly paint: Paint
}

const WAITING = '·'
const UNDER_WAY = '▸'
/** Besides the trials and the voyages: the whole, an empty line between, and one where the cursor is. */
const OTHER_ROWS = 3
const MIN_TRIAL_ROWS = 3

/** The block as it is now: a line for each trial, as many as there is room for, then the voyages and the whole. */
export function liveLines(state: LiveState, around: LiveSurroundings): readonly DrawnLine[] {
  const voyages = voyageLines(state, around)
  const room = Math.max(MIN_TRIAL_ROWS, around.rows - OTHER_ROWS - voyages.length)
  return [...trialLines(state, room, around), line([], around), ...voyages, line(wholeParts(state, around), around)]
}

type Part = readonly [text: string, style?: (text: string) => string]

/** Parts of a line, cut where the terminal ends: a column is left free, so that none is broken. */
function line(parts: readonly Part[], { columns }: LiveSurroundings): DrawnLine {
  let left = columns - 1
  let drawn = ''
  let plain = ''
  for (const [text, style] of parts) {
    const part = fit(text, left)
    left -= widthOf(part)
    plain += part
    drawn += style === undefined || part === '' ? part : style(part)
    if (part !== text) break
  }
  return { drawn, plain }
}

function trialLines(state: LiveState, room: number, around: LiveSurroundings): readonly DrawnLine[] {
  const all = byArea(state.trials, ({ id }) => id).flatMap(({ items }) => items)
  if (all.length <= room) return all.map((trial) => line(trialParts(state, trial, around), around))
  const shown = mostTelling(state, all, room - 1)
  const hidden = all.filter((trial) => !shown.has(trial))
  const waiting = hidden.filter(({ id }) => !state.judged.has(id)).length
  const words = `  … ${hidden.length - waiting} more judged, ${waiting} more waiting`
  return [
    ...all.filter((trial) => shown.has(trial)).map((trial) => line(trialParts(state, trial, around), around)),
    line([[words, (text) => around.paint('dim', text)]], around),
  ]
}

/** Failures first, then what is under way, then what was judged last, then what comes next. */
function mostTelling(state: LiveState, all: readonly Trial[], count: number): ReadonlySet<Trial> {
  const rank = (trial: Trial): number => {
    const judged = state.judged.get(trial.id)
    if (judged?.verdict.outcome === 'FAIL') return 0
    if (isUnderWay(state, trial)) return 1
    if (judged === undefined) return 3
    return 2 + (1 - (state.judgedOrder.indexOf(trial.id) + 1) / (state.judgedOrder.length + 1))
  }
  return new Set(all.toSorted((one, other) => rank(one) - rank(other)).slice(0, count))
}

function isUnderWay({ underWay, judged }: LiveState, trial: Trial): boolean {
  return underWay.some(({ leg }) => leg.trials.includes(trial)) && !judged.has(trial.id)
}

function trialParts(state: LiveState, trial: Trial, { paint, columns }: LiveSurroundings): readonly Part[] {
  const judged = state.judged.get(trial.id)
  const idWidth = Math.max(...state.trials.map(({ id }) => id.length))
  const slugWidth = Math.max(...state.trials.map(({ slug }) => slug.length))
  const name = `${trial.id.padEnd(idWidth)}  ${trial.slug}`
  if (judged === undefined) {
    const underWay = isUnderWay(state, trial)
    return [[`  ${underWay ? UNDER_WAY : WAITING} `], [name, (text) => (underWay ? text : paint('dim', text))]]
  }
  const { outcome, says } = judged.verdict
  // Where a terminal is narrow, the outcome in words is worth more than the slug.
  const wide = columns >= idWidth + slugWidth + 40
  return [
    ['  '],
    [OUTCOME_SIGN[outcome], (text) => paintOutcome(paint, outcome, text)],
    [` ${wide ? name.padEnd(idWidth + 2 + slugWidth) : trial.id.padEnd(idWidth)}  `],
    [outcome, (text) => paintOutcome(paint, outcome, text)],
    [`  ${safeLine(says)}`, (text) => paint('dim', text)],
  ]
}

function voyageLines(state: LiveState, around: LiveSurroundings): readonly DrawnLine[] {
  const { says, beganAtMs, underWay } = state
  const { now, paint } = around
  if (underWay.length > 0) return underWay.map((each) => line(voyageParts(each, state, around), around))
  const parts: readonly Part[] = [
    [`  ${safeLine(says)}`],
    [`  ${elapsedWords(now - beganAtMs)}`, (text) => paint('dim', text)],
  ]
  return [line(parts, around)]
}

function voyageParts(
  { leg, attempt, place, says, beganAtMs }: UnderWay,
  { plan }: LiveState,
  { now, paint }: LiveSurroundings,
): readonly Part[] {
  const which = attempt > 1 ? 'once more' : `voyage ${place} of ${plan?.legs.length ?? place}`
  const time = `${elapsedWords(now - beganAtMs)} of ${aboutWords(leg.estimateMs)}`
  const what = says === '' ? '' : `: ${safeLine(says)}`
  return [
    [`  ${which}  `, (text) => paint('dim', text)],
    [leg.voyage.title, (text) => paint('bold', text)],
    [`  ${time}`, (text) => paint('dim', text)],
    [what],
  ]
}

function wholeParts(
  { judged, trials, plan, sailingSinceMs, beganAtMs }: LiveState,
  { now, paint }: LiveSurroundings,
): readonly Part[] {
  const about = plan === undefined ? '' : ` of ${aboutWords(plan.estimateMs + ((sailingSinceMs ?? now) - beganAtMs))}`
  const counts = shortCountWords(countOutcomes([...judged.values()]))
  const words = [...counts, `${trials.length - judged.size} to go`].join(' · ')
  return [[`  ${elapsedWords(now - beganAtMs)}${about}`], [`  ${words}`, (text) => paint('dim', text)]]
}
