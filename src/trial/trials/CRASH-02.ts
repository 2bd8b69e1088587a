import { eventsOf } from '../history/lifetime.ts'
import { type DirtyRestart, dirtyRestart } from '../history/views/dirty-restart.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { signalledAt } from '../history/views/end-of-life.ts'
import { firstReady } from '../history/views/first-ready.ts'
import { requestsInFlightAt } from '../history/views/in-flight.ts'
import { describeOutcome, hasFailed, hasSucceeded, isBusiness } from '../history/views/request-success.ts'
import type { Facts } from '../facts.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Verdict } from '../verdict/verdict.ts'

const MIN_ANSWERED = 10
const MIN_IN_FLIGHT = 1
/** Once it is ready again. */
const MIN_ANSWERED_AGAIN = 5
/** A restart that takes so much longer than the first start repairs something. */
const LONGER_RATIO = 2
const LONGER_MS = 1000

export default defineTrial({
  id: 'CRASH-02',
  slug: 'dirty-restart',
  claim: 'After a SIGKILL under load it starts again at once, and nothing that it left is in its way.',
  procedure:
    'Under load the service is killed with SIGKILL, and started again at once on the same port, in the same folder and with the same folder for temporary files. FAIL when it ends, is not ready within its startup budget, or does not answer: a lock, a socket, a file with its process id or half a file of the life before is in its way. ' +
    `PASS takes ${MIN_ANSWERED} answers before the SIGKILL, a request in flight at it, and ${MIN_ANSWERED_AGAIN} answers after the restart.`,
  seed: ['P7'],
  remedy: {
    feature: 'createService(), which keeps nothing on disk that a later start would have to clear',
    page: 'guide/crashes.md',
    change:
      'Believe no lock file: take a lock that ends with the process (flock), look whether its owner is alive, remove a stale socket before listening on it, and write files under another name first.',
    rules: [],
  },
  voyages: ['dirty-restart'],
  isExtra: true,
  // The budget is in seconds: noise that matters here would have to be as long.
  isTiming: false,
  judge({ facts, lifetimes }) {
    const restart = dirtyRestart(lifetimes)
    if (restart === undefined) return inconclusive('It was not killed and started again: the first start failed')
    const { killed, killedAt } = restart
    const answered = eventsOf(killed, 'request').filter(
      (request) => request.at <= killedAt && hasSucceeded(request),
    ).length
    const inFlight = requestsInFlightAt(killed, killedAt, 0).length
    if (answered < MIN_ANSWERED || inFlight < MIN_IN_FLIGHT) {
      const figures = [
        { name: 'answeredBeforeCount', value: answered },
        { name: 'inFlightCount', value: inFlight },
      ]
      return inconclusive(
        `Before the SIGKILL there were ${counted(answered, 'answer')}, and ${counted(inFlight, 'request')} in flight at it; it takes ${MIN_ANSWERED} and ${MIN_IN_FLIGHT}`,
        { figures },
      )
    }
    return lookAtRestart(restart, inFlight, facts)
  },
})

function lookAtRestart({ killed, restarted, gapMs }: DirtyRestart, inFlight: number, facts: Facts): Verdict {
  const spawnedAt = eventsOf(restarted, 'spawned')[0]?.at ?? 0
  const ready = firstReady(restarted, facts)
  const normal = firstReady(killed, facts)
  const budgetMs = facts.startupMs.value
  const figures = [
    { name: 'inFlightCount', value: inFlight },
    { name: 'restartAfterMs', value: Math.round(gapMs) },
    { name: 'startupBudgetMs', value: budgetMs },
    ...(ready === undefined ? [] : [{ name: 'readyAfterMs', value: Math.round(ready.afterMs) }]),
  ]
  const failed = (says: string, to: number, requests: readonly number[] = []): Verdict =>
    fail(says, {
      figures,
      evidence: [
        { says, seen: { lifetime: restarted.id, from: spawnedAt, to, requests }, lines: lastLines(restarted) },
      ],
    })
  const exited = exitedByItself(restarted)
  if (exited !== undefined) {
    const when =
      ready === undefined ? 'before it was ready' : `${Math.round(exited.at - ready.at)} ms after it was ready`
    return failed(`Started again after a SIGKILL, it ended with ${describeExit(exited)}, ${when}`, exited.at)
  }
  if (ready === undefined || ready.afterMs > budgetMs) {
    const until = ready?.at ?? Math.min(signalledAt(restarted), restarted.events.at(-1)?.at ?? spawnedAt)
    const ms = Math.round(until - spawnedAt)
    if (ms <= budgetMs) return inconclusive(`The restart was watched for ${ms} ms only`, { figures })
    const says = `Started again after a SIGKILL, it was not ready after ${ms} ms; ${budgetMs} ms are allowed`
    return failed(says, until)
  }
  const requests = eventsOf(restarted, 'request').filter(
    (request) => isBusiness(request) && request.startedAt >= ready.at && request.at < signalledAt(restarted),
  )
  const bad = requests.filter(hasFailed)
  const [first] = bad
  if (first !== undefined)
    return failed(
      `Started again after a SIGKILL, it was ready, and ${bad.length} of ${counted(requests.length, 'request')} failed; the first was ${describeOutcome(first)}`,
      first.at,
      bad.slice(0, 20).map(({ id }) => id),
    )
  const answered = requests.filter(hasSucceeded).length
  if (answered < MIN_ANSWERED_AGAIN)
    return inconclusive(
      `It was ready again, and only ${counted(answered, 'answer')} came then; it takes ${MIN_ANSWERED_AGAIN}`,
      { figures },
    )
  const isLonger = normal !== undefined && ready.afterMs > LONGER_RATIO * normal.afterMs + LONGER_MS
  return pass(
    `Killed with ${counted(inFlight, 'request')} in flight and started ${Math.round(gapMs)} ms later, it was ready after ${Math.round(ready.afterMs)} ms`,
    {
      figures,
      notes: isLonger
        ? [`Its first start took ${Math.round(normal.afterMs)} ms: after a SIGKILL it repairs something`]
        : [],
    },
  )
}
