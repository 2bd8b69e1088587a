import type { Sighting } from '../../verdict/verdict.ts'
import type { Lifetime } from '../lifetime.ts'
import { describeFailure } from './describe-request.ts'
import type { PodLife } from './pod-lives.ts'
import type { LostRequest, RolloutPhase } from './rollout-losses.ts'
import { describeOutcome } from './request-success.ts'

/** What a request met, in words that follow its pod. */
export const ROLLOUT_PHASES: Readonly<Record<RolloutPhase, string>> = {
  before: 'while nobody was deleting it',
  terminating: 'in flight at its deletion or over a kept connection after it',
  lag: 'over a new connection after its deletion, of which clients had not heard',
  after: 'after its end',
}

/** What became of a request, seen from the signal to its pod; from nothing when the pod never had one. */
export function describeLost({ request, reason, life }: LostRequest): string {
  const { stop } = life ?? {}
  // How phases are named by a stop of its own is of no interest here.
  if (stop !== undefined) return describeFailure({ request, reason, phase: 'before' }, stop)
  const { id, load, method, path } = request
  return `request ${id} (${load}, ${method} ${path.split('?', 1)[0] ?? path}): ${describeOutcome(request)}`
}

/** What happened around a request to a pod, a moment a line, from its deletion on, or from the request when there is none. */
export function timelineOfLost({ request, life }: LostRequest): string[] {
  const { startedAt, sentAt, firstByteAt, serverClosedAt, at, reuse, outcome } = request
  const moments: [number | undefined, string][] = [
    ...podMoments(life),
    [startedAt, reuse === 0 ? 'sent over a new connection' : `sent over a connection that had carried ${reuse}`],
    [sentAt, 'its last bytes reached the service'],
    [firstByteAt, 'first bytes of the answer'],
    [outcome === 'refused' ? undefined : serverClosedAt, 'the service closed the connection'],
    [at, describeOutcome(request)],
  ]
  const zero = life?.deletedAt ?? startedAt
  return moments
    .filter((moment): moment is [number, string] => moment[0] !== undefined)
    .toSorted(([one], [other]) => one - other)
    .map(([moment, what]) => `${String(Math.round(moment - zero)).padStart(7)} ms  ${what}`)
}

function podMoments(life: PodLife | undefined): [number | undefined, string][] {
  if (life === undefined) return []
  const { pod, readyAt, deletedAt, hiddenAt, goneAt, stop } = life
  return [
    ...(deletedAt === undefined ? ([[readyAt, `${pod} was ready`]] as [number | undefined, string][]) : []),
    [deletedAt, `${pod} was deleted`],
    [stop?.signalledAt, `${stop?.signal ?? 'signal'} to ${pod}`],
    [hiddenAt, `clients heard that ${pod} is no endpoint any more`],
    [stop?.listenerClosed?.at, `${pod} closed its listener`],
    [goneAt, `${pod} had ended`],
  ]
}

/** Where a lost request can be seen. */
export function seenLost(lifetime: Lifetime, lost: readonly LostRequest[]): Sighting {
  return {
    lifetime: lifetime.id,
    from: Math.min(...lost.map(({ request }) => request.startedAt)),
    to: Math.max(...lost.map(({ request }) => request.at)),
    requests: lost.map(({ request }) => request.id),
  }
}
