import type { Facts } from '../facts.ts'
import type { Lifetime } from '../history/lifetime.ts'
import { eventsOf } from '../history/lifetime.ts'
import { stoppedAt } from '../history/views/end-of-life.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { firstReady } from '../history/views/first-ready.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

/** A liveness probe that begins so many times later than the service is ready only delays the restart of a dead one. */
const PATIENT_RATIO = 3

export default defineTrial({
  id: 'START-02',
  slug: 'start-is-bounded',
  claim: 'The service is ready within its startup budget.',
  procedure:
    'Of all undisturbed starts, the slowest counts: from the start of the command to the first success of the readiness probe (without one: to the open port). ' +
    'It fails when that took longer than the startup budget, or when the process ended before. The budget is declared, or that of the startup probe of the manifest, else 30 s.',
  seed: ['P1', 'B3'],
  remedy: {
    feature: 'createService(): a deadline for each component and for the start as a whole',
    page: 'guide/components.md',
    change: 'Do less before the port opens, or in parallel; or give the startup probe the time that the start takes.',
    rules: [],
  },
  voyages: ['starts'],
  // The budget is in seconds: noise that matters here would have to be as long.
  isTiming: false,
  judge({ facts, lifetimes }) {
    const budgetMs = facts.startupMs.value
    const undisturbed = lifetimes.filter(({ settings }) => settings['dependency'] === undefined)
    const starts = undisturbed.map((lifetime) => ({ lifetime, ready: firstReady(lifetime, facts) }))
    const times = starts.flatMap(({ ready }) => ready?.afterMs ?? [])
    const figures = figuresOf(times, budgetMs)
    const evidence = undisturbed.flatMap((lifetime) => overBudget(lifetime, facts))
    if (evidence.length > 0) return fail(evidence[0]?.says ?? '', { evidence, figures })
    if (times.length === 0)
      return inconclusive('No start was watched until it was ready or its budget was over', { figures })
    const slowest = Math.max(...times)
    return pass(
      `Ready ${round(slowest)} ms after its start in the slowest of ${counted(times.length, 'start')}; ${round(budgetMs)} ms are allowed`,
      { figures, notes: notesOf(facts, slowest) },
    )
  },
})

function overBudget(lifetime: Lifetime, facts: Facts): Evidence[] {
  const spawnedAt = eventsOf(lifetime, 'spawned')[0]?.at
  if (spawnedAt === undefined) return []
  const budgetMs = facts.startupMs.value
  const ready = firstReady(lifetime, facts)
  const { id, label } = lifetime
  if (ready !== undefined) {
    if (ready.afterMs <= budgetMs) return []
    const says = `Ready only ${round(ready.afterMs)} ms after its start in "${label}"; ${round(budgetMs)} ms are allowed`
    return [{ says, seen: { lifetime: id, from: spawnedAt, to: ready.at } }]
  }
  const exited = exitedByItself(lifetime)
  if (exited !== undefined) {
    const says = `The process ended with ${describeExit(exited)} before it was ready, in "${label}"`
    return [{ says, seen: { lifetime: id, from: spawnedAt, to: exited.at }, lines: lastLines(lifetime) }]
  }
  const watchedUntil = Math.min(stoppedAt(lifetime), lifetime.events.at(-1)?.at ?? 0)
  if (watchedUntil - spawnedAt <= budgetMs) return []
  const says = `Not ready ${round(watchedUntil - spawnedAt)} ms after its start in "${label}"; ${round(budgetMs)} ms are allowed`
  return [{ says, seen: { lifetime: id, from: spawnedAt, to: watchedUntil }, lines: lastLines(lifetime) }]
}

function figuresOf(times: readonly number[], budgetMs: number): Figure[] {
  const [cold, ...warm] = times
  return [
    { name: 'startCount', value: times.length },
    { name: 'startupBudgetMs', value: budgetMs },
    ...(cold === undefined ? [] : [{ name: 'coldReadyAfterMs', value: round(cold) }]),
    ...(warm.length === 0 ? [] : [{ name: 'warmReadyAfterMs', value: round(Math.max(...warm)) }]),
  ]
}

function notesOf({ probes }: Facts, slowestMs: number): string[] {
  const delayMs = probes.live?.initialDelayMs ?? 0
  if (delayMs <= PATIENT_RATIO * slowestMs) return []
  return [
    `The liveness probe begins after ${round(delayMs)} ms, more than ${PATIENT_RATIO} times what a start takes: that long a service that died early stays dead. A startup probe needs no guess`,
  ]
}

function round(ms: number): number {
  return Math.round(ms)
}
