import type { RequestEvent } from '../history/client-events.ts'
import { BOUND_MS } from '../history/marks/deadlines.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { type HangingRequests, hangingRequests } from '../history/views/hanging-requests.ts'
import { describeOutcome, hasFailed } from '../history/views/request-success.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'
import { withoutDependency } from '../without-dependency.ts'

/** Longer than this is no failure, and longer than most people wait. */
const LONG_MS = 10_000
/** Requests that a hanging dependency made wait, or fail. */
const MIN_AFFECTED = 3

export default defineTrial({
  id: 'CTX-04',
  slug: 'deadlines',
  claim: `While a dependency hangs, every request is answered within ${BOUND_MS / 1000} s, whatever the answer is.`,
  procedure:
    'A dependency takes connections and says nothing, and requests are sent to the routes. ' +
    `It fails when one has no answer after ${BOUND_MS / 1000} s, when one is cut off instead of answered, or when the process ends; a 503 is an answer. It passes with a note when the longest took more than ${LONG_MS / 1000} s. ` +
    `Nobody can tell when fewer than ${MIN_AFFECTED} requests took longer than before or failed: then no route was seen to wait for the dependency.`,
  seed: ['A4', 'P7'],
  remedy: {
    feature: 'policies with a time limit for calls to dependencies',
    page: 'guide/resilience.md',
    change:
      'Give each call to a dependency a time limit, connecting and waiting for a place in the pool included, and answer with 503 when it is over.',
    rules: [],
  },
  voyages: ['deadlines'],
  isTiming: false,
  isExtra: true,
  skipBecause: withoutDependency,
  judge({ lifetimes }) {
    const seen = lifetimes.flatMap((lifetime) => hangingRequests(lifetime) ?? [])
    if (seen.length === 0) return inconclusive('No dependency was ever made to hang.')
    const figures = seen.flatMap(figuresOf)
    const evidence = seen.flatMap((each) => [...endOf(each), ...unansweredOf(each), ...cutOffOf(each)])
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    const unclear = seen.map(whyUnclear).find((because) => because !== undefined)
    if (unclear !== undefined) return inconclusive(unclear, { figures })
    const notes = seen
      .filter(({ longestMs }) => longestMs > LONG_MS)
      .map(
        ({ dependency, longestMs }) =>
          `Without ${dependency} somebody waits for ${inSeconds(longestMs)}: less than ${BOUND_MS / 1000} s, and longer than most people do.`,
      )
    return pass(seen.map(describe).join(' '), { figures, notes })
  },
})

function describe({ dependency, requests, affected, longestMs }: HangingRequests): string {
  return `All ${requests.length} requests were answered while ${dependency} hung, ${affected.length} of them late or with an error, the last after ${inSeconds(longestMs)}.`
}

function unansweredOf(hanging: HangingRequests): Evidence[] {
  const { dependency, requests, unanswered, isWhole } = hanging
  if (unanswered.length === 0 || !isWhole || hasFailedBefore(hanging)) return []
  const says = `${unanswered.length} of ${requests.length} requests had no answer ${BOUND_MS / 1000} s after they were sent, while ${dependency} hung.`
  return [evidenceOf(says, hanging, unanswered)]
}

function cutOffOf(hanging: HangingRequests): Evidence[] {
  const { dependency, requests, cutOff } = hanging
  const [first] = cutOff
  if (first === undefined || hasFailedBefore(hanging)) return []
  const says = `${cutOff.length} of ${requests.length} requests were cut off instead of answered while ${dependency} hung; the first after ${inSeconds(first.at - first.startedAt)}.`
  return [evidenceOf(says, hanging, cutOff)]
}

function endOf({ dependency, lifetime, from, to }: HangingRequests): Evidence[] {
  const exit = exitedByItself(lifetime)
  if (exit === undefined || exit.at < from || exit.at > to) return []
  return [
    {
      says: `The process ended with ${describeExit(exit)}, ${inSeconds(exit.at - from)} after ${dependency} began to hang.`,
      seen: { lifetime: lifetime.id, from, to: exit.at },
      lines: lastLines(lifetime),
    },
  ]
}

function evidenceOf(
  says: string,
  { lifetime, from, to }: HangingRequests,
  requests: readonly RequestEvent[],
): Evidence {
  return {
    says,
    seen: { lifetime: lifetime.id, from, to, requests: requests.slice(0, 20).map(({ id }) => id) },
    lines: requests
      .slice(0, 3)
      .map(
        (request) =>
          `request ${request.id}, ${request.method} ${request.path}: ${describeOutcome(request)} after ${inSeconds(request.at - request.startedAt)}`,
      ),
  }
}

function whyUnclear(hanging: HangingRequests): string | undefined {
  const { dependency, requests, affected, unanswered } = hanging
  if (hasFailedBefore(hanging))
    return `Requests failed before ${dependency} hung, so it can't be told what that did to them.`
  if (unanswered.length > 0) return `The look at ${dependency} ended before every request had its time.`
  if (affected.length >= MIN_AFFECTED) return undefined
  return `${affected.length} of ${requests.length} requests took longer or failed while ${dependency} hung, and it takes ${MIN_AFFECTED} to show that a route waits for it: say one with --route.`
}

/** Whoever fails with a dependency that works is no matter of one that hangs. */
function hasFailedBefore({ steady }: HangingRequests): boolean {
  return steady.length === 0 || steady.some(hasFailed)
}

function figuresOf({ dependency, requests, affected, unanswered, longestMs, usualMs }: HangingRequests): Figure[] {
  return [
    { name: `${dependency}HangingRequestCount`, value: requests.length },
    { name: `${dependency}AffectedCount`, value: affected.length },
    { name: `${dependency}UnansweredCount`, value: unanswered.length },
    { name: `${dependency}LongestUsualMs`, value: Math.round(usualMs) },
    { name: `${dependency}LongestMs`, value: Math.round(longestMs) },
  ]
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
