import type { Facts } from '../facts.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { describeExit, lastLines } from '../history/views/exits.ts'
import { firstReady } from '../history/views/first-ready.ts'
import { takenPortOf } from '../history/views/port-conflict.ts'
import { type Stop, stopOf } from '../history/views/stop-moments.ts'
import { stopDeadlineMs } from '../history/views/stop-settings.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** Of five: a start is not always as long as the one that was measured. */
const MIN_DURING_START = 3

export default defineTrial({
  id: 'STOP-10',
  slug: 'stops-while-starting',
  claim: 'A stop signal in the middle of the start ends the service in time, and leaves nothing behind.',
  procedure:
    'A start is measured; then the service is started again and again, and gets its stop signal when 10, 30, 50, 70 and 90 % of that time are over. FAIL when it is still there at the end of the grace period, when one of its processes stays, and when it ends by itself with 0 before it is ready. With which code it ends after the signal, or whether that kills it, is its own business: nobody waits for anything as yet. Once more it is started with its port taken: whoever stays up without a listener, and ends with 0 after the signal, says that a failed start went well, and fails, too. ' +
    `PASS takes ${MIN_DURING_START} signals that came before it was ready.`,
  seed: ['A1'],
  remedy: {
    feature: 'the shutdown of createService(), which stops what has started as far as it has come',
    page: 'guide/shutdown.md',
    change:
      'Install the handler of the signal first, and let it end the start, too; after a start that failed, exit with another code than 0.',
    rules: [],
  },
  voyages: ['stop-while-starting', 'port-conflict'],
  isExtra: true,
  // The deadline is in seconds: noise that matters here would have to be as long.
  isTiming: false,
  judge({ facts, lifetimes }) {
    const phases = lifetimes.filter(({ settings }) => typeof settings['phase'] === 'number')
    const looks = phases.map((lifetime) => lookAtPhase(lifetime, facts))
    const failedStart = lifetimes.flatMap((lifetime) => afterFailedStart(lifetime, facts))
    const evidence = [...looks.flatMap((look) => look.evidence ?? []), ...failedStart]
    const duringCount = looks.filter(({ isDuringStart }) => isDuringStart).length
    const took = looks.flatMap(({ tookMs }) => tookMs ?? [])
    const figures = [
      { name: 'duringStartCount', value: duringCount },
      { name: 'deadlineMs', value: stopDeadlineMs(facts) },
      ...(took.length === 0 ? [] : [{ name: 'slowestExitMs', value: Math.round(Math.max(...took)) }]),
    ]
    const told = looks.flatMap(({ says }) => says ?? [])
    const notes = told.length === 0 ? [] : [`How it ended: ${told.join('; ')}`]
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures, notes })
    if (duringCount < MIN_DURING_START) {
      const start = phases[0]?.settings['startMs']
      const length = typeof start === 'number' ? ` A start takes ${Math.round(start)} ms.` : ''
      return inconclusive(
        `Only ${counted(duringCount, 'signal')} came before it was ready, and it takes ${MIN_DURING_START}.${length}`,
        { figures, notes },
      )
    }
    return pass(
      `It ended after each of ${counted(duringCount, 'signal')} in the middle of its start, within ${Math.round(Math.max(...took))} ms, and nothing stayed`,
      { figures, notes },
    )
  },
})

interface Look {
  readonly evidence?: Evidence
  /** Whether it was signalled before it was seen to be ready. */
  readonly isDuringStart: boolean
  readonly tookMs?: number
  /** How it ended, or why that shows nothing. */
  readonly says?: string
}

function lookAtPhase(lifetime: Lifetime, facts: Facts): Look {
  const { label } = lifetime
  const stop = stopOf(lifetime)
  const [exit] = eventsOf(lifetime, 'exited')
  if (exit !== undefined && (stop === undefined || exit.at < stop.signalledAt)) {
    const how = `${label}: it ended by itself with ${describeExit(exit)} before the signal`
    if (exit.code !== 0) return { isDuringStart: false, says: how }
    const seen = { lifetime: lifetime.id, from: 0, to: exit.at }
    return { isDuringStart: false, evidence: { says: how, seen, lines: lastLines(lifetime) } }
  }
  if (stop === undefined) return { isDuringStart: false, says: `${label}: no signal was sent` }
  const ready = firstReady(lifetime, facts)
  const isDuringStart = ready === undefined || ready.at >= stop.signalledAt
  const when = isDuringStart ? label : `${label}, which was ready sooner this time`
  const bad = badEnd(lifetime, stop, facts)
  if (bad !== undefined) {
    const to = stop.killedAt ?? stop.exit?.at ?? stop.signalledAt
    const seen = { lifetime: lifetime.id, from: stop.signalledAt, to }
    return { isDuringStart, evidence: { says: `${when}: ${bad}`, seen, lines: lastLines(lifetime) } }
  }
  if (stop.killedAt !== undefined || exit === undefined)
    return { isDuringStart: false, says: `${when}: it was not watched until its end` }
  const tookMs = exit.at - stop.signalledAt
  return { isDuringStart, tookMs, says: `${when}: ${describeExit(exit)}, ${Math.round(tookMs)} ms later` }
}

/** Whether it hung, or left something behind. */
function badEnd(lifetime: Lifetime, { signal, signalledAt, exit, killedAt }: Stop, facts: Facts): string | undefined {
  const deadlineMs = stopDeadlineMs(facts)
  const goneAt = killedAt ?? exit?.at
  const tookMs = goneAt === undefined ? 0 : Math.round(goneAt - signalledAt)
  if (killedAt !== undefined && tookMs >= deadlineMs) return `it had to be killed ${tookMs} ms after ${signal}`
  if (killedAt !== undefined) return undefined
  if (tookMs > deadlineMs) return `it took ${tookMs} ms to end, ${deadlineMs} ms is all it has`
  const left = eventsOf(lifetime, 'left-behind').length
  return left === 0 ? undefined : `the process that was started ended, and ${left} of its processes stayed`
}

/** A start that can't have succeeded, and how it was ended. */
function afterFailedStart(lifetime: Lifetime, facts: Facts): Evidence[] {
  const port = takenPortOf(lifetime)
  const stop = stopOf(lifetime)
  if (port === undefined || stop === undefined) return []
  // Without /proc, whoever answers on the port is taken for the service.
  const listens = facts.machine.isLinux && eventsOf(lifetime, 'listening').some(({ what }) => what === 'opened')
  const { exit, signalledAt, signal } = stop
  // One that listens elsewhere thinks that it has started: START-07 judges that.
  if (listens || (exit !== undefined && exit.at < signalledAt)) return []
  const bad = badEnd(lifetime, stop, facts)
  const isFine = exit?.code === 0 && stop.killedAt === undefined
  if (bad === undefined && !isFine) return []
  const how = bad ?? `it ended with code 0 after ${signal}, as if its start had not failed`
  const to = stop.killedAt ?? exit?.at ?? signalledAt
  const seen = { lifetime: lifetime.id, from: signalledAt, to }
  return [{ says: `With port ${port} taken, it never listened, and ${how}`, seen, lines: lastLines(lifetime) }]
}
