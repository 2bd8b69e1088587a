import type { Cell } from './results.ts'
import { SCENARIOS } from './scenarios.ts'
import { DRAIN_DELAY_MS } from './settings.ts'
import type { TrialResult } from './trial.ts'
import type { Variant } from './variants.ts'

/** What contradicts the claim of the page: ours lose nothing and exit with 0, and the means to see a loss works. */
export function problemsOf(cells: readonly Cell[], variants: readonly Variant[]): readonly string[] {
  const ours = new Set(variants.filter(({ isOurs }) => isOurs).map(({ name }) => name))
  const residue = new Set(SCENARIOS.filter(({ isResidue }) => isResidue).map(({ id }) => id))
  const problems: string[] = []
  let peersLost = 0
  for (const { variant, scenario, wireDelayMs, runs } of cells) {
    const where = `${variant} in ${scenario}, ${wireDelayMs} ms`
    if (runs.length === 0) problems.push(`${where}: no run`)
    for (const run of runs) {
      const { counts, exitCode, isValid } = run
      const lost = counts.failed + counts.status503 + counts.otherServerErrors
      if (!ours.has(variant)) {
        peersLost += lost
        continue
      }
      if (lost > 0 && !residue.has(scenario) && !isAllInTheMaking(scenario, run))
        problems.push(`${where}: ${lost} of ${counts.sent} requests lost`)
      if (exitCode !== 0) problems.push(`${where}: exit code ${exitCode}`)
      if (!isValid) problems.push(`${where}: the precondition did not hold`)
      if (counts.sent === 0 && !residue.has(scenario)) problems.push(`${where}: nothing was sent`)
    }
  }
  if (peersLost === 0 && ours.size < variants.length) problems.push('no peer lost anything: is the wire delay at work?')
  return problems
}

/** A connection is asked for up to a round trip before it is there, and timers fire late. */
const BEFORE_THE_CLOSE_MS = 100

/**
 * Clients that never stop connecting can meet the instant in which the listener closes, and the kernel resets who is in
 * its accept queue then (docs/guide/drain.md, "What no server can do"). It is rare, it is counted and on the page, but it
 * is no reason for a gate to fail: everything else that is lost is.
 */
function isAllInTheMaking(scenario: string, { counts, losses }: TrialResult): boolean {
  return (
    scenario === 'until-closed' &&
    counts.status503 + counts.otherServerErrors === 0 &&
    counts.failed === losses.length &&
    losses.every(({ outcome, sentMs }) => outcome === 'reset-fresh' && sentMs >= DRAIN_DELAY_MS - BEFORE_THE_CLOSE_MS)
  )
}
