import type { Cell } from './results.ts'
import { SCENARIOS } from './scenarios.ts'
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
    for (const { counts, exitCode, isValid } of runs) {
      const lost = counts.failed + counts.status503 + counts.otherServerErrors
      if (!ours.has(variant)) {
        peersLost += lost
        continue
      }
      if (lost > 0 && !residue.has(scenario)) problems.push(`${where}: ${lost} of ${counts.sent} requests lost`)
      if (exitCode !== 0) problems.push(`${where}: exit code ${exitCode}`)
      if (!isValid) problems.push(`${where}: the precondition did not hold`)
      if (counts.sent === 0 && !residue.has(scenario)) problems.push(`${where}: nothing was sent`)
    }
  }
  if (peersLost === 0 && ours.size < variants.length) problems.push('no peer lost anything: is the wire delay at work?')
  return problems
}
