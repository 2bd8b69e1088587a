import type { JsonRow } from './results.ts'
import type { Scenario } from './scenarios.ts'
import { OWN_SPANS, SHUTDOWN_LIMIT_MS } from './settings.ts'
import type { Variant } from './variants.ts'

/** What contradicts the claim that ours lose nothing silently and shut down in time; nothing when it holds. */
export function problemsOf(
  rows: readonly JsonRow[],
  scenarios: readonly Scenario[],
  variants: readonly Variant[],
): readonly string[] {
  const ours = variants.filter(({ isOurs }) => isOurs)
  const problems = scenarios.flatMap(({ id, windowMs = 0 }) =>
    ours.flatMap(({ name }) => {
      const row = rows.find(({ scenario, variant }) => scenario === id && variant === name)
      const where = `${name} in ${id}`
      if (row === undefined) return [`${where}: no run`]
      const mayLose = windowMs > 0 ? row.createdInWindow : 0
      return [
        ...(windowMs === 0 && row.delivered + row.droppedCounted > row.created + OWN_SPANS * row.runs
          ? [
              `${where}: ${row.delivered} delivered and ${row.droppedCounted} dropped of ${row.created}, so some are counted twice`,
            ]
          : []),
        ...(row.created === 0 ? [`${where}: nothing was created`] : []),
        ...(row.lostSilently > mayLose
          ? [`${where}: ${row.lostSilently} of ${row.created} spans lost without a word, ${mayLose} may be`]
          : []),
        ...(row.shutdownMs > SHUTDOWN_LIMIT_MS || row.killed > 0
          ? [`${where}: shutting down took ${row.shutdownMs} ms, ${SHUTDOWN_LIMIT_MS} ms may be`]
          : []),
      ]
    }),
  )
  const peers = rows.filter((row) => variants.some(({ name, isOurs }) => !isOurs && name === row.variant))
  // An orderly end loses nothing with anybody.
  const hasFaults = scenarios.some(({ fault, end }) => fault !== undefined || end !== 'SIGTERM')
  if (hasFaults && peers.length > 0 && peers.every((row) => row.lostSilently === 0))
    problems.push('no peer lost anything: were the faults at work?')
  return problems
}
