import { isDeclared } from '../fleet/probe-timing.ts'
import type { Facts } from '../facts.ts'
import type { Lifetime } from '../history/lifetime.ts'
import { describeLost, ROLLOUT_PHASES, seenLost, timelineOfLost } from '../history/views/describe-lost.ts'
import { lagSteps } from '../history/views/lag-steps.ts'
import { rolloutCourse, type RolloutCourse } from '../history/views/rollout-course.ts'
import {
  rolloutLosses,
  type LostRequest,
  type RolloutLosses,
  type RolloutPhase,
} from '../history/views/rollout-losses.ts'
import { safeLag } from '../history/views/safe-lag.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { upperBoundOfNone } from '../verdict/statistics/rule-of-three.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

const PHASES: readonly RolloutPhase[] = ['before', 'terminating', 'lag', 'after']
/** When more than so many of all fail without a rollout, what it costs can't be told. */
const MAX_ELSEWISE_RATIO = 0.05

export default defineTrial({
  id: 'STOP-16',
  slug: 'rollout',
  claim: 'A rollout under load costs no request.',
  procedure:
    'Replicas of the service are replaced under load as Kubernetes does it (strategy, probes, hook, signal and grace period as declared; new connections go to endpoints that are ready, of which clients hear after the endpoint lag; kept ones stay until the replica closes them), over a wire delay and without retries. FAIL on any request that fails, with its pod and what it met there. PASS needs a rollout that completes, at least 2 replaced pods, requests to a pod that was being deleted, and clients that sent at least four fifths of what was due. Then a single replica is stopped again and again while clients go on making new connections to it for another while each time: the longest without a failure is printed as the safe endpoint lag. What fails in the same way before the rollout is not held against it.',
  seed: ['P1', 'B3', 'A1'],
  remedy: {
    feature: 'the drain of createService() and seaworthy/register',
    page: 'guide/drain.md',
    change:
      'After the signal, go on accepting for longer than the endpoint lag and answer with Connection: close, then close the listener, finish what is in flight, and exit; let readiness say yes only when requests succeed.',
    rules: [],
  },
  voyages: ['rollout', 'safe-lag'],
  isTiming: false,
  judge: ({ facts, lifetimes }) => {
    const rollout = lifetimes.find(({ voyage }) => voyage === 'rollout')
    const lag = safeLag(
      lagSteps(
        lifetimes.filter(({ voyage }) => voyage === 'safe-lag'),
        facts,
      ),
    )
    if (rollout === undefined) {
      return inconclusive('Nothing can be said: no rollout was watched.', {
        figures: lag?.figures ?? [],
        notes: [...(lag === undefined ? [] : [`${capital(lag.says)}.`]), ...(lag?.notes ?? [])],
      })
    }
    const course = rolloutCourse(rollout)
    const losses = rolloutLosses(rollout, facts)
    const details = {
      figures: [...figuresOf(course, losses, facts), ...(lag?.figures ?? [])],
      notes: [...notesOf(course, losses), ...settingNotes(facts, rollout), ...(lag?.notes ?? [])],
    }
    const lagSays = lag === undefined ? '' : ` ${capital(lag.says)}.`
    const { scheduledCount, unsettledCount, droppedCount, replacedCount, missing } = course
    if (losses.lost.length > 0) {
      const kinds = PHASES.map((phase) => [phase, losses.lost.filter((each) => each.phase === phase).length] as const)
      const parts = kinds.filter(([, count]) => count > 0).map(([phase, count]) => `${count} ${SHORT[phase]}`)
      return fail(
        `${losses.lost.length} of ${scheduledCount} requests were lost while ${replacedCount} pods were replaced: ${parts.join(', ')}.${lagSays}`,
        { ...details, evidence: evidenceOf(rollout, losses.lost) },
      )
    }
    if (missing.length > 0) return inconclusive(`Nothing can be said: ${missing.join('; ')}.${lagSays}`, details)
    if (losses.elsewise.length > scheduledCount * MAX_ELSEWISE_RATIO) {
      return inconclusive(
        `${losses.elsewise.length} of ${scheduledCount} requests failed in ways that were seen before the rollout, too: what it costs can't be told from it.${lagSays}`,
        details,
      )
    }
    const settled = scheduledCount - unsettledCount - droppedCount
    return pass(
      `0 of ${scheduledCount} requests were lost while ${replacedCount} pods were replaced: at most ${percent(upperBoundOfNone(settled))} with 95 %.${lagSays}`,
      details,
    )
  },
})

const SHORT: Readonly<Record<RolloutPhase, string>> = {
  before: 'by pods that nobody was deleting',
  terminating: 'by pods that were being deleted',
  lag: 'by deleted pods of which clients had not heard',
  after: 'by pods that had ended',
}

function evidenceOf(lifetime: Lifetime, lost: readonly LostRequest[]): Evidence[] {
  const groups = new Map<string, LostRequest[]>()
  for (const each of lost) {
    const key = `${each.phase} ${each.life?.pod ?? ''}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return [...groups.values()]
    .toSorted((one, other) => other.length - one.length)
    .flatMap((group): Evidence[] => {
      const [first] = group
      if (first === undefined) return []
      const where =
        first.life === undefined ? 'no endpoint was there' : `${first.life.pod}, ${ROLLOUT_PHASES[first.phase]}`
      return [
        {
          says: `${capital(where)}: ${group.length} lost; the first was ${describeLost(first)}.`,
          seen: seenLost(lifetime, group),
          lines: timelineOfLost(first),
        },
      ]
    })
}

function figuresOf(course: RolloutCourse, { lost }: RolloutLosses, facts: Facts): Figure[] {
  const { scheduledCount, droppedCount, unsettledCount, replacedCount, metTerminatingCount, tookMs } = course
  return [
    { name: 'requestCount', value: scheduledCount },
    { name: 'lostCount', value: lost.length },
    ...PHASES.map((phase) => ({
      name: `lost${capital(phase)}Count`,
      value: lost.filter((each) => each.phase === phase).length,
    })),
    { name: 'droppedCount', value: droppedCount },
    { name: 'unsettledCount', value: unsettledCount },
    { name: 'replacedPodCount', value: replacedCount },
    { name: 'metTerminatingCount', value: metTerminatingCount },
    { name: 'endpointLagMs', value: facts.endpointLagMs.value },
    ...(tookMs === undefined ? [] : [{ name: 'rolloutMs', value: Math.round(tookMs) }]),
  ]
}

function notesOf({ lives, droppedCount, unsettledCount }: RolloutCourse, losses: RolloutLosses): string[] {
  const killed = lives.filter(({ wasKilled }) => wasKilled).length
  const restarts = lives.reduce((sum, { restartCount }) => sum + restartCount, 0)
  const counted: [number, string][] = [
    [
      losses.retryable.length,
      'requests died on a reused connection and may be repeated by the client, which you allow',
    ],
    [
      losses.unavoidable.length,
      'requests met the close of a connection that had been idle all the time since the signal, which HTTP/1.1 has no way to announce',
    ],
    [losses.elsewise.length, 'requests failed before the rollout, or in a way that was seen before it'],
    [droppedCount, 'requests were due and not sent by the clients themselves'],
    [unsettledCount, 'requests were neither answered nor failed when the rollout ended'],
    [
      killed,
      killed === 1
        ? 'pod had to be killed at the end of its grace period'
        : 'pods had to be killed at the end of their grace period',
    ],
    [restarts, restarts === 1 ? 'restart of a container' : 'restarts of containers'],
  ]
  return counted.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}.`)
}

/** Where the rollout was not quite the user's own. */
function settingNotes(facts: Facts, { settings }: Lifetime): string[] {
  const { probes, replicas, preStop } = facts
  const assumed = Object.values(probes).some((probe) => !isDeclared(probe))
  return [
    ...(assumed
      ? [
          'Probes were asked every second: nobody declared how often, and every 10 s, which Kubernetes takes then, would only make it longer.',
        ]
      : []),
    ...(probes.ready === undefined
      ? [
          'No probe for readiness is known, so a replica was ready when it took connections; without any probe, Kubernetes sends requests before that.',
        ]
      : []),
    ...(typeof settings['replicas'] === 'number' && settings['replicas'] !== replicas.value
      ? [`Tried with ${settings['replicas']} replicas in place of ${replicas.value}.`]
      : []),
    ...(preStop?.kind === 'exec'
      ? [
          `The command of the preStop hook was not run, because it would not run in a container here; ${facts.preStopMs.value === 0 ? 'nobody said how long it takes, so nothing was waited (--pre-stop)' : `its declared time, ${facts.preStopMs.value} ms, was waited`}.`,
        ]
      : []),
  ]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
