import type { Facts } from '../facts.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { harnessLatenessMs } from '../history/views/harness-lateness.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

const FORCED_WITHIN_MS = 1000
/**
 * Who went on for so much longer than the second that it has did not hear the second signal, on however noisy a machine: the
 * noise guard speaks up at 50 ms, and machines that it spoke up on were late by some 200 ms.
 */
const FAR_BEYOND_MS = 2000
/** Where we were later than that ourselves, it takes so many times as much. */
const LATENESS_FACTOR = 4

export default defineTrial({
  id: 'STOP-09',
  slug: 'second-signal-forces-exit',
  claim: 'A second signal ends the service at once, with an exit code that says so.',
  procedure:
    'With slow requests held, the stop signal, and the same again 300 ms later. FAIL when the service is still there a second after the second one, or when it ends with 0 although it cut requests. How noisy the machine was does not matter when it was still there three seconds after it. PASS when it ends within that second by the signal or with another code. It has to be alive at the second signal; an end with 0 that cut nothing may be one that was due anyway, and shows nothing. The same is tried with SIGINT.',
  seed: ['P1'],
  remedy: {
    feature: 'the shutdown of createService() and seaworthy/register',
    page: 'guide/shutdown.md',
    change: 'Count the signals, and on the second one exit at once with 128 plus its number.',
    rules: [],
  },
  voyages: ['stop-second-signal'],
  isTiming: true,
  judge: ({ facts, lifetimes }) => {
    const findings = lifetimes
      .map((lifetime) => ({ lifetime, finding: findingOf(lifetime) }))
      .toSorted((one, other) => Number(other.finding.isFarBeyond ?? false) - Number(one.finding.isFarBeyond ?? false))
    const evidence = findings.flatMap(({ finding }) => (finding.evidence === undefined ? [] : [finding.evidence]))
    const took = findings.flatMap(({ finding }) => (finding.tookMs === undefined ? [] : [Math.round(finding.tookMs)]))
    const figures = took.length === 0 ? [] : [{ name: 'exitAfterSecondMs', value: Math.max(...took) }]
    const [worst] = evidence
    if (worst !== undefined) {
      return fail(worst.says, { evidence, figures, isCounted: findings[0]?.finding.isFarBeyond === true })
    }
    const problems = findings.flatMap(({ lifetime, finding }) =>
      finding.problem === undefined ? [] : [`${lifetime.label}: ${finding.problem}`],
    )
    // SIGINT is how a person does it; how a platform does it has to be seen.
    const shown = findings.some(({ lifetime, finding }) => finding.problem === undefined && isMain(lifetime, facts))
    if (!shown) {
      const why = problems.length === 0 ? 'no lifetime of the service was watched' : problems.join('; ')
      return inconclusive(`Nothing can be said: ${why}`, { figures })
    }
    return pass(`It ended within ${Math.max(...took)} ms of the second signal`, {
      figures,
      // Noise makes an end later, never earlier.
      isCounted: true,
      notes: problems.map((problem) => `Not judged: ${problem}`),
    })
  },
})

function isMain(lifetime: Lifetime, facts: Facts): boolean {
  return eventsOf(lifetime, 'signal').some(({ why, signal }) => why === 'trial' && signal === facts.stopSignal)
}

interface Finding {
  readonly evidence?: Evidence
  readonly problem?: string
  readonly tookMs?: number
  /** Whether it went on for longer than any noise explains. */
  readonly isFarBeyond?: boolean
}

function findingOf(lifetime: Lifetime): Finding {
  const signals = eventsOf(lifetime, 'signal')
  const [first, second] = signals.filter(({ why, signal }) => why === 'trial' && signal !== 'SIGKILL')
  const [exit] = eventsOf(lifetime, 'exited')
  if (first === undefined || (exit !== undefined && exit.at < first.at))
    return { problem: 'it had ended before the first signal' }
  if (second === undefined || (exit !== undefined && exit.at < second.at)) {
    const when = exit === undefined ? '' : ` ${Math.round(exit.at - first.at)} ms after the first`
    return { problem: `it had ended${when}, before the second signal` }
  }
  const killed = signals.find(({ signal }) => signal === 'SIGKILL')
  const endedAt = exit === undefined || (killed !== undefined && killed.at <= exit.at) ? undefined : exit.at
  const goneAt = endedAt ?? killed?.at
  if (goneAt === undefined) return { problem: 'its end was not seen' }
  const tookMs = goneAt - second.at
  const seen = { lifetime: lifetime.id, from: first.at, to: goneAt }
  if (tookMs > FORCED_WITHIN_MS) {
    const latenessMs = harnessLatenessMs(lifetime, first.at, goneAt)
    const how = endedAt === undefined ? 'and had to be killed' : `and ended ${Math.round(tookMs)} ms after it`
    return {
      evidence: { says: `${lifetime.label}: it went on after the second ${second.signal}, ${how}`, seen },
      isFarBeyond: tookMs > FORCED_WITHIN_MS + Math.max(FAR_BEYOND_MS, LATENESS_FACTOR * latenessMs),
    }
  }
  if (endedAt === undefined)
    return { problem: `it was killed ${Math.round(tookMs)} ms after the second signal, too early to tell` }
  if (exit?.signal === null && exit.code === 0) {
    const cut = eventsOf(lifetime, 'request').filter(
      ({ startedAt, at, outcome }) =>
        startedAt < second.at && at > second.at && !['answered', 'aborted'].includes(outcome),
    )
    if (cut.length === 0)
      return { problem: 'it ended with 0 and cut nothing, as it may have done without the second signal' }
    return {
      evidence: {
        says: `${lifetime.label}: it cut ${cut.length} requests and ended with 0, as if all were done`,
        seen: { ...seen, requests: cut.map(({ id }) => id) },
      },
      tookMs,
    }
  }
  return { tookMs }
}
