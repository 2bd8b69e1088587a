import type { Facts } from '../facts.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { stopOf } from '../history/views/stop-moments.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

export default defineTrial({
  id: 'STOP-07',
  slug: 'nothing-left-behind',
  claim:
    'The signal reaches the worker, and when the process that was started has ended, nothing of the service is left.',
  procedure:
    'Only the process that was started gets the signal, as a kubelet signals process 1 and nobody else. After its end, processes that carry the mark of the trial in their environment are looked for. FAIL when one is left, as after npm run start or a shell that starts the service and does not hand the signal on, and when the process that was started had ended by itself while the service went on (a daemon). PASS takes an end by itself after the signal. A process that had to be killed shows nothing.',
  seed: ['B2', 'A5'],
  remedy: {
    feature: 'seaworthy generate, whose images start the service itself as process 1',
    page: 'guide/deployment.md',
    change:
      'Start the service itself: node server.js in place of npm start, and exec in front of the last command of a shell.',
    rules: [],
  },
  voyages: ['stop-under-load'],
  isTiming: false,
  judge: ({ facts, lifetimes }) => {
    const findings = lifetimes.map((lifetime) => ({ lifetime, finding: findingOf(lifetime, facts) }))
    const evidence = findings.flatMap(({ finding }) => (finding.evidence === undefined ? [] : [finding.evidence]))
    const leftCount = lifetimes.reduce((sum, lifetime) => sum + leftBehind(lifetime).length, 0)
    const figures = [{ name: 'leftBehindCount', value: leftCount }]
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    const good = findings.filter(({ finding }) => finding.problem === undefined)
    const problems = findings.flatMap(({ lifetime, finding }) =>
      finding.problem === undefined ? [] : [`${lifetime.label}: ${finding.problem}`],
    )
    if (good.length === 0) {
      const why = problems.length === 0 ? 'no lifetime of the service was watched' : problems.join('; ')
      return inconclusive(`Nothing can be said: ${why}`, { figures })
    }
    return pass(`Nothing was left behind after ${good.length} ${good.length === 1 ? 'stop' : 'stops'}`, {
      figures,
      notes: problems.map((problem) => `Not judged: ${problem}`),
    })
  },
})

interface Finding {
  readonly evidence?: Evidence
  readonly problem?: string
}

function leftBehind(lifetime: Lifetime) {
  return eventsOf(lifetime, 'left-behind')
}

function findingOf(lifetime: Lifetime, facts: Facts): Finding {
  const stop = stopOf(lifetime)
  const [exit] = eventsOf(lifetime, 'exited')
  const left = leftBehind(lifetime)
  // What is left of a service that was killed is no wonder, unless it still serves: the signal never got there.
  const isKilled = stop?.killedAt !== undefined
  const counts = isKilled ? left.filter(({ ports }) => ports.length > 0) : left
  const endedBefore = exit !== undefined && (stop === undefined || exit.at < stop.signalledAt)
  const goesOn = left.some(({ ports }) => ports.length > 0) || answeredAfter(lifetime, exit?.at ?? Infinity) > 0
  if (endedBefore && goesOn) {
    return {
      evidence: {
        says: `${lifetime.label}: the process that was started ended by itself ${Math.round(exit.at)} ms after its start while the service went on: nobody can signal the service`,
        seen: { lifetime: lifetime.id, from: exit.at },
        lines: linesOf(lifetime),
      },
    }
  }
  const answeredCount = exit === undefined ? 0 : answeredAfter(lifetime, exit.at)
  if (!endedBefore && (counts.length > 0 || answeredCount > 0)) {
    const signal = stop?.signal ?? facts.stopSignal
    const what =
      counts.length > 0
        ? `${counts.length} ${counts.length === 1 ? 'process was' : 'processes were'} left behind`
        : `the service went on: it answered ${answeredCount} requests that were sent later`
    const serving = counts.filter(({ ports }) => ports.length > 0).length
    return {
      evidence: {
        says: `${lifetime.label}: ${!isKilled ? `${signal} ended the process that was started` : 'the process that was started had to be killed'}, and ${what}${serving > 0 ? `, ${serving} of them still serving` : ''}`,
        seen: { lifetime: lifetime.id, from: exit?.at ?? counts[0]?.at ?? 0 },
        lines: linesOf(lifetime),
      },
    }
  }
  if (stop === undefined || endedBefore) return { problem: 'the process that was started had ended before the signal' }
  if (stop.killedAt !== undefined)
    return { problem: `it had to be killed, so that nobody can tell whether ${stop.signal} reached the worker` }
  if (exit === undefined) return { problem: 'its end was not seen' }
  return {}
}

/** Requests that came to be sent when the process that was started was gone, and were answered. */
function answeredAfter(lifetime: Lifetime, exitedAt: number): number {
  return eventsOf(lifetime, 'request').filter(
    ({ outcome, startedAt }) => outcome === 'answered' && startedAt > exitedAt,
  ).length
}

function linesOf(lifetime: Lifetime): string[] {
  return leftBehind(lifetime).map(
    ({ pid, command, ports }) => `${pid}  ${command}${ports.length > 0 ? `  (port ${ports.join(', ')})` : ''}`,
  )
}
