import { type AbuseCourse, abuseCourse } from '../history/views/abuse-course.ts'
import type { RequestEvent } from '../history/client-events.ts'
import { describeExit, lastLines } from '../history/views/exits.ts'
import { describeOutcome, hasFailed, hasSucceeded } from '../history/views/request-success.ts'
import type { Lifetime } from '../history/lifetime.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence, Figure, Verdict } from '../verdict/verdict.ts'

/** Of 250: as many held connections as it takes to tell. */
const MIN_HELD = 225
const MIN_BEFORE = 15
const MIN_DURING = 40
/** A kept connection may die under one request by nobody's fault; of 80, a second one is a fault. */
const MAX_FAILED_SHARE = 0.02
/** What a client waits for its answer; where we were later than half of it, a late answer may be our doing. */
const USUAL_MS = 2000
const MAX_LATENESS_MS = USUAL_MS / 2
/**
 * A tenth of those that hold connections at a time: LEAK-02 allows a hundredth, but in two rounds of two. In one round, a pool
 * that the usual clients filled is no leak; what forgets clients of this kind forgets most of them.
 */
const MAX_KEPT_FILES = 25

export default defineTrial({
  id: 'LOAD-02',
  slug: 'abusive-clients-hurt-nobody',
  claim: 'Clients that hold connections or send too much cost nobody else an answer, and leave nothing behind.',
  procedure:
    'Usual clients send 20 requests a second, half of them over new connections, and wait two seconds for each answer: first alone, then for four seconds beside 200 clients whose headers never end (a line more each second; whoever is sent away comes back) and 50 that say nothing. ' +
    'When these have gone, a header of 64 KiB and a body of 8 MiB are sent, then a usual request, and after three seconds of quiet open files are counted again. ' +
    `It fails when the service ends; when more than 2 % of the usual requests beside the abusive clients have no answer below 500 in time; when a request that is too large is answered with 500 or above, has no answer within five seconds, or finds nobody there (an answer below 500 and a closed connection are both well, and a body counts only where a small one is answered so); when the usual request afterwards fails; or when more than ${MAX_KEPT_FILES} more files are open than before. ` +
    `Nobody can tell when fewer than ${MIN_HELD} of the 250 connections were made, when usual requests failed before, when they were told 429 (all clients come from one address), or when we were a second late ourselves. ` +
    'How long the service lets such clients stay is not waited for.',
  seed: ['P7'],
  remedy: {
    feature: 'the time limits of the server, and load shedding by requests in flight, which held connections are not',
    page: 'guide/load-shedding.md',
    change:
      'Read headers without holding a thread or a place of a small limit, close whoever takes too long with them (headersTimeout), and bound headers and bodies with 431 and 413.',
    rules: [],
  },
  voyages: ['abusive-clients'],
  isTiming: false,
  isExtra: true,
  judge({ lifetimes }) {
    for (const lifetime of lifetimes) {
      const course = abuseCourse(lifetime)
      if (course !== undefined) return judgeCourse(course, lifetime)
    }
    return inconclusive('No abusive client came: the service did not run by then.')
  },
})

function judgeCourse(course: AbuseCourse, lifetime: Lifetime): Verdict {
  const figures = figuresOf(course)
  const { from, before, during, exit } = course
  if (exit !== undefined) {
    const says = `The service ended with ${describeExit(exit)}, ${((exit.at - from) / 1000).toFixed(1)} s after abusive clients had come.`
    const seen = { lifetime: lifetime.id, from, to: exit.at }
    return fail(says, { evidence: [{ says, seen, lines: lastLines(lifetime) }], figures })
  }
  const failedBefore = before.filter(hasFailed).length
  if (failedBefore > before.length * MAX_FAILED_SHARE)
    return inconclusive(`${failedBefore} of ${before.length} usual requests failed before abusive clients came.`, {
      figures,
    })
  const evidence = [...hurt(course), ...tooLarge(course), ...afterwards(course), ...kept(course)]
  const [worst] = evidence
  if (worst !== undefined && evidence.length === hurt(course).length && isOurDoing(course))
    return inconclusive(`${worst.says} We were ${Math.round(course.latenessMs)} ms late ourselves.`, {
      figures,
      evidence,
    })
  if (worst !== undefined) return fail(worst.says, { evidence, figures })
  const doubt = doubtOf(course)
  if (doubt !== undefined) return inconclusive(doubt, { figures })
  return pass(
    `Beside ${course.heldCount} held connections ${during.length - during.filter(hasFailed).length} of ${during.length} usual requests were answered; a header of 64 KiB was ${describe(course.oversizedHeader)}, and a body of 8 MiB ${describe(course.oversizedBody)}.`,
    { figures, notes: notesOf(course) },
  )
}

/** Why nothing can be said, though nothing was wrong; `undefined` when it can. */
function doubtOf(course: AbuseCourse): string | undefined {
  const { before, during, heldCount, isOver, readings } = course
  if (!isOver) return 'The abuse did not come to its end.'
  const good = before.filter(hasSucceeded).length
  if (good < MIN_BEFORE)
    return `${good} usual requests were answered before abusive clients came, and it takes ${MIN_BEFORE}.`
  if (heldCount < MIN_HELD) return `Abusive clients made ${heldCount} connections, and it takes ${MIN_HELD}.`
  if (during.length < MIN_DURING)
    return `${during.length} usual requests were sent beside them, and it takes ${MIN_DURING}.`
  const refused = during.filter(({ status }) => status === 429).length
  if (refused > during.length * MAX_FAILED_SHARE)
    return `${refused} of ${during.length} usual requests were told 429: it counts by address, and all clients come from one. Raise that limit for the trial.`
  if (course.oversizedHeader === undefined || course.oversizedBody === undefined || course.afterwards === undefined)
    return 'What is too large was not sent, or the trial ended before it was answered.'
  if (readings === undefined) return 'The kernel gave no figures of open files.'
  return undefined
}

function hurt({ during, lifetime, from, to, heldCount }: AbuseCourse): Evidence[] {
  const failed = during.filter(hasFailed)
  if (failed.length <= during.length * MAX_FAILED_SHARE) return []
  const says = `Beside ${heldCount} held connections ${failed.length} of ${during.length} usual requests failed, the first ${describe(failed[0])}.`
  return [{ says, seen: { lifetime, from, to, requests: failed.slice(0, 20).map(({ id }) => id) } }]
}

function isOurDoing({ during, latenessMs }: AbuseCourse): boolean {
  return latenessMs > MAX_LATENESS_MS && during.filter(hasFailed).every(({ outcome }) => outcome === 'timeout')
}

function tooLarge(course: AbuseCourse): Evidence[] {
  const { oversizedHeader, oversizedBody } = course
  return [
    ...evidenceOf(course, 'A header of 64 KiB', oversizedHeader),
    ...(isBodyTold(course) ? evidenceOf(course, 'A body of 8 MiB', oversizedBody) : []),
  ]
}

/** Whether a body is what the service minds, and not that there is one. */
function isBodyTold({ usualBody }: AbuseCourse): boolean {
  return usualBody !== undefined && hasSucceeded(usualBody)
}

function evidenceOf({ lifetime }: AbuseCourse, what: string, request: RequestEvent | undefined): Evidence[] {
  if (request === undefined || !isBad(request)) return []
  const { startedAt: from, at: to, id } = request
  return [{ says: `${what} was ${describe(request)}.`, seen: { lifetime, from, to, requests: [id] } }]
}

/** To close the connection is an answer to what is too large; to say nothing at all, or that it is one's own fault, is not. */
function isBad({ outcome, status = 200 }: RequestEvent): boolean {
  return outcome === 'timeout' || outcome === 'refused' || (outcome === 'answered' && status >= 500)
}

function afterwards({ afterwards: request, lifetime }: AbuseCourse): Evidence[] {
  if (request === undefined || !hasFailed(request)) return []
  const { startedAt: from, at: to, id } = request
  const says = `When abusive clients had gone a usual request was ${describe(request)}.`
  return [{ says, seen: { lifetime, from, to, requests: [id] } }]
}

function kept({ readings, heldCount, lifetime }: AbuseCourse): Evidence[] {
  if (readings === undefined) return []
  const { before, after } = readings
  const more = after.openFileCount - before.openFileCount
  if (more <= MAX_KEPT_FILES) return []
  const says = `There are ${more} more open files than before, three seconds after ${heldCount} held connections had gone.`
  const sockets = Object.entries(after.sockets ?? {}).map(([state, count]) => `${count} ${state}`)
  const lines = [
    `before: ${before.openFileCount} open files`,
    `after:  ${after.openFileCount} open files; sockets: ${sockets.join(', ') || 'none'}`,
  ]
  return [{ says, seen: { lifetime, from: before.at, to: after.at }, lines }]
}

function describe(request: RequestEvent | undefined): string {
  if (request === undefined) return 'not sent'
  if (request.outcome === 'timeout') return 'not answered in time'
  const { outcome } = request
  if (outcome === 'truncated') return 'answered in part by a closed connection'
  return outcome.startsWith('reset') ? 'answered by a closed connection' : describeOutcome(request)
}

function notesOf(course: AbuseCourse): string[] {
  const { usualBody, oversizedHeader, oversizedBody, heldCount, standingCount } = course
  return [
    ...(isBodyTold(course)
      ? []
      : [`A small body was ${describe(usualBody)}, so that a large one tells nothing: say --upload.`]),
    ...(wasTaken(oversizedHeader) ? ['A header of 64 KiB was taken: bound it.'] : []),
    ...(wasTaken(oversizedBody) ? ['A body of 8 MiB was taken: if no client needs that, bound it.'] : []),
    `${standingCount} of ${heldCount} held connections stood for four seconds or more; how long they may is not waited for.`,
  ]
}

function wasTaken(request: RequestEvent | undefined): boolean {
  return request?.outcome === 'answered' && (request.status ?? 500) < 300
}

function figuresOf(course: AbuseCourse): Figure[] {
  const { before, during, heldCount, standingCount, readings } = course
  return [
    { name: 'usualBeforeCount', value: before.length },
    { name: 'usualBesideCount', value: during.length },
    { name: 'usualBesideFailedCount', value: during.filter(hasFailed).length },
    { name: 'heldCount', value: heldCount },
    { name: 'standingCount', value: standingCount },
    ...(readings === undefined
      ? []
      : [{ name: 'openFilesGrowth', value: readings.after.openFileCount - readings.before.openFileCount }]),
  ]
}
