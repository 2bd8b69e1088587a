import { howItEnded, type Ending } from '../history/views/how-it-ended.ts'
import { describeStanding } from '../history/views/standing-connections.ts'
import { stopDeadlineMs } from '../history/views/stop-settings.ts'
import type { Lifetime } from '../history/lifetime.ts'
import type { Facts } from '../facts.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

export default defineTrial({
  id: 'STOP-06',
  slug: 'exits-in-time',
  claim: 'The service ends by itself, with an accepted exit code, within its deadline.',
  procedure:
    'After the stop signal, the process that was started is waited for until the grace period less the preStop hook is over (2 s at least). FAIL when it has to be killed, when a signal kills it, or when its exit code is not accepted (0, and what --accept-exit says; 143 of a JVM is accepted with a note). It is tried under load, and with idle connections and a client that never reads held open; there, a code that says that work was cut is noted. PASS prints the margin.',
  seed: ['A1', 'P1'],
  remedy: {
    feature: 'the shutdown of createService(), with one budget for all of its phases',
    page: 'guide/shutdown.md',
    change: 'Handle the signal, give every step of the shutdown a limit, and exit with 0 when it is done.',
    rules: [],
  },
  voyages: ['stop-under-load', 'stop-idle-connections'],
  isTiming: false,
  judge: ({ facts, lifetimes }) => {
    const deadlineMs = stopDeadlineMs(facts)
    const endings = lifetimes.map((lifetime) => ({ lifetime, ending: endingOf(lifetime, facts) }))
    const good = endings.flatMap(({ ending }) => (ending.kind === 'good' ? [ending] : []))
    const bad = endings.flatMap(({ lifetime, ending }) => (ending.kind === 'bad' ? [{ lifetime, ending }] : []))
    const unknown = endings.flatMap(({ lifetime, ending }) =>
      ending.kind === 'unknown' ? [`${lifetime.label}: ${ending.why}`] : [],
    )
    const longestMs = Math.round(Math.max(0, ...good.map(({ tookMs }) => tookMs)))
    const figures = [
      { name: 'deadlineMs', value: deadlineMs },
      ...(good.length === 0 || bad.length > 0
        ? []
        : [
            { name: 'exitAfterMs', value: longestMs },
            { name: 'marginMs', value: Math.round(deadlineMs - longestMs) },
          ]),
    ]
    const notes = [...new Set(good.flatMap(({ note }) => (note === undefined ? [] : [note])))]
    const [worst] = bad
    if (worst !== undefined) {
      return fail(`In ${bad.length} of ${endings.length} stops it did not end as it should: ${worst.ending.why}`, {
        figures,
        notes,
        evidence: bad.map(({ lifetime, ending }) => evidenceOf(lifetime, ending)),
      })
    }
    if (good.length === 0) {
      const why = unknown.length === 0 ? 'no lifetime of the service was watched' : unknown.join('; ')
      return inconclusive(`Nothing can be said: ${why}`, { figures })
    }
    const codes = [...new Set(good.map(({ code }) => code))].join(', ')
    return pass(
      `It ended with code ${codes} within ${longestMs} ms of the signal, ${Math.round(deadlineMs - longestMs)} ms before its deadline`,
      { figures, notes: [...notes, ...unknown.map((why) => `Not judged: ${why}`)] },
    )
  },
})

function evidenceOf(lifetime: Lifetime, { stop, why }: Extract<Ending, { kind: 'bad' }>): Evidence {
  const to = stop.killedAt ?? stop.exit?.at ?? stop.signalledAt
  const seen = { lifetime: lifetime.id, from: stop.signalledAt, to }
  // A server that waits for its connections waits for these.
  const standing = stop.killedAt === undefined ? undefined : describeStanding(lifetime, stop.killedAt)
  return { says: `${lifetime.label}: ${why}`, seen, ...(standing !== undefined && { lines: [standing] }) }
}

/** Where requests are held that can't end, a service has to cut them, and a code that says so is honest. */
function endingOf(lifetime: Lifetime, facts: Facts): Ending {
  const ending = howItEnded(lifetime, facts)
  if (lifetime.settings['holdsRequests'] !== true || ending.kind !== 'bad') return ending
  const { exit, killedAt, signalledAt, signal } = ending.stop
  const code = exit?.code ?? null
  // A code by which a shell or a runtime tells of the signal is no word about the work.
  if (killedAt !== undefined || exit === undefined || code === null || code >= 128) return ending
  const tookMs = exit.at - signalledAt
  if (tookMs > stopDeadlineMs(facts)) return ending
  return {
    kind: 'good',
    stop: ending.stop,
    tookMs,
    code,
    note: `With a client that never reads it exited with code ${code} after ${signal}: it cut the request, and says so`,
  }
}
