import type { Facts } from '../facts.ts'
import { eventsOf, markedAt, type Lifetime } from '../history/lifetime.ts'
import { COLLECTOR_LOST } from '../history/marks/stop.ts'
import { howItEnded, type Ending } from '../history/views/how-it-ended.ts'
import { stopDeadlineMs } from '../history/views/stop-settings.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass, skip } from '../verdict/make-verdict.ts'

const MIN_ANSWERED = 20
/** What a stop under load is called, where nothing is wrong with the collector. */
const HEALTHY = 'healthy'

interface Arm {
  readonly name: string
  readonly lifetime: Lifetime
  readonly ending: Ending
  /** What did not happen that has to. */
  readonly missing?: string
}

export default defineTrial({
  id: 'STOP-14',
  slug: 'exits-without-collector',
  claim: 'A dead collector changes neither the deadline nor the exit code of a stop.',
  procedure:
    'The collector works at first, then it is lost, requests go on, and the service gets its stop signal. One life for each: refused connections, a collector that takes everything and answers nothing, 503 with Retry-After. FAIL when the service is past its deadline, or when its exit code is another than in a stop with a healthy collector. It takes an export that was served before the loss, 20 requests answered after it, and, where that can be seen, an attempt that met the fault.',
  seed: ['A1', 'A2', 'P7'],
  remedy: {
    feature:
      'the phase flush of the shutdown of createService(), which ends with its slice whatever the collector does',
    page: 'guide/telemetry.md',
    change: 'Give the shutdown of the SDK a limit of a few seconds, and catch its rejection.',
    rules: [],
  },
  voyages: ['stop-dead-collector', 'stop-under-load'],
  isTiming: false,
  skipBecause: (facts) => (sendsAny(facts) ? undefined : 'The service was not seen to export anything: see TEL-01'),
  judge: ({ facts, lifetimes }) => {
    const arms = lifetimes.map((lifetime) => armOf(lifetime, facts))
    const dead = arms.filter(({ name }) => name !== HEALTHY)
    const ends = arms.filter(({ name }) => name === HEALTHY)
    const healthy = ends.find(({ ending }) => ending.kind === 'good') ?? ends[0]
    if (dead.length === 0) return skip('No stop with a dead collector was tried; run without --quick')
    const tried = healthy === undefined ? dead : [healthy, ...dead]
    const figures = tried.flatMap(({ name, ending }) =>
      ending.kind !== 'unknown' && ending.tookMs !== undefined
        ? [{ name: `exitAfterMs.${name}`, value: Math.round(ending.tookMs) }]
        : [],
    )
    if (arms.every(({ lifetime }) => exportsOf(lifetime).length === 0) && !sendsAny(facts))
      return skip('Nothing was ever exported: the service sends nothing to OTEL_EXPORTER_OTLP_ENDPOINT (TEL-01)')
    if (healthy === undefined || healthy.ending.kind !== 'good') {
      const why =
        healthy === undefined
          ? 'no stop with a healthy collector was watched'
          : `with a healthy collector, ${healthy.ending.kind === 'good' ? '' : healthy.ending.why} (STOP-06)`
      return inconclusive(`Nothing can be said: ${why}`, { figures })
    }
    const { code, tookMs } = healthy.ending
    const judged = dead.filter(({ missing, ending }) => missing === undefined && ending.kind !== 'unknown')
    const evidence = judged.flatMap(({ name, lifetime, ending }) => {
      const why = whyBad(ending, code)
      if (why === undefined || ending.kind === 'unknown') return []
      const { signalledAt, killedAt, exit } = ending.stop
      return [
        {
          says: `Collector ${name}: ${why}; with a healthy one it exited with ${code} after ${Math.round(tookMs)} ms`,
          seen: { lifetime: lifetime.id, from: signalledAt, to: killedAt ?? exit?.at ?? signalledAt },
        },
      ]
    })
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    const missing = dead.flatMap(({ name, missing, ending }) => {
      const why = missing ?? (ending.kind === 'unknown' ? ending.why : undefined)
      return why === undefined ? [] : [`collector ${name}: ${why}`]
    })
    if (judged.length === 0) {
      return inconclusive(`Nothing can be said: ${missing.join('; ')}`, { figures })
    }
    const times = judged.map(
      ({ name, ending }) => `${name} ${ending.kind === 'good' ? Math.round(ending.tookMs) : 0} ms`,
    )
    return pass(
      `It ended with code ${code} within ${stopDeadlineMs(facts)} ms whatever the collector did (healthy ${Math.round(tookMs)} ms, ${times.join(', ')})`,
      { figures, notes: missing.map((why) => `Not judged: ${why}`) },
    )
  },
})

function sendsAny({ telemetry }: Facts): boolean {
  return telemetry.traces || telemetry.metrics || telemetry.logs
}

function whyBad(ending: Ending, healthyCode: number): string | undefined {
  if (ending.kind === 'bad') return ending.why
  if (ending.kind === 'good' && ending.code !== healthyCode) return `it exited with ${ending.code}`
  return undefined
}

function exportsOf(lifetime: Lifetime) {
  return eventsOf(lifetime, 'export')
}

function armOf(lifetime: Lifetime, facts: Facts): Arm {
  const name = String(lifetime.settings['collector'] ?? HEALTHY)
  const ending = howItEnded(lifetime, facts)
  if (name === HEALTHY) return { name, lifetime, ending }
  const missing = whatIsMissing(lifetime, name)
  return { name, lifetime, ending, ...(missing === undefined ? {} : { missing }) }
}

function whatIsMissing(lifetime: Lifetime, name: string): string | undefined {
  const lostAt = markedAt(lifetime, COLLECTOR_LOST)
  if (lostAt === undefined) return 'the collector was never lost'
  const exports = exportsOf(lifetime)
  const served = exports.some(({ fault, at }) => fault === undefined && at <= lostAt)
  if (!served) return 'nothing was exported before the collector was lost'
  const answered = eventsOf(lifetime, 'request').filter(({ outcome, at }) => outcome === 'answered' && at > lostAt)
  if (answered.length < MIN_ANSWERED)
    return `${answered.length} requests were answered without the collector, and it takes ${MIN_ANSWERED}`
  // Of a refused connection nothing can be seen at our end.
  if (name !== 'refused' && !exports.some(({ fault }) => fault !== undefined))
    return 'the dead collector was not dialled'
  return undefined
}
