import type { RequestEvent } from '../client-events.ts'
import type { PodEvent } from '../fleet-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import { stopOf, type Stop } from './stop-moments.ts'

/** The life of one replica, from its events; what did not happen is absent. */
export interface PodLife {
  readonly pod: string
  readonly revision: PodEvent['revision']
  readonly createdAt?: number
  readonly readyAt?: number
  readonly deletedAt?: number
  /** When clients stopped seeing it as an endpoint, after its deletion. */
  readonly hiddenAt?: number
  readonly goneAt?: number
  readonly wasKilled: boolean
  readonly restartCount: number
  /** How it was signalled; absent when it never was. */
  readonly stop?: Stop
}

/** The replicas of a lifetime, in the order of their creation. */
export function podLives(lifetime: Lifetime): PodLife[] {
  const byPod = new Map<string, PodEvent[]>()
  for (const event of eventsOf(lifetime, 'pod')) {
    const others = byPod.get(event.pod)
    if (others === undefined) byPod.set(event.pod, [event])
    else others.push(event)
  }
  return [...byPod.values()].map((events) => lifeOf(events, lifetime))
}

/** Whether the pod was being deleted and not gone yet during some part of the request. */
export function metTermination({ startedAt, at }: RequestEvent, { deletedAt, goneAt = Infinity }: PodLife): boolean {
  return deletedAt !== undefined && at >= deletedAt && startedAt <= goneAt
}

function lifeOf(events: readonly PodEvent[], lifetime: Lifetime): PodLife {
  const [{ pod, revision } = { pod: '', revision: 'old' as const }] = events
  const first = (what: PodEvent['what']): number | undefined => events.find((event) => event.what === what)?.at
  const deletedAt = first('deleted')
  const stop = deletedAt === undefined ? undefined : stopOfPod(lifetime, pod, deletedAt)
  const moments = {
    createdAt: first('created'),
    readyAt: first('ready'),
    deletedAt,
    hiddenAt: deletedAt === undefined ? undefined : hiddenAfter(lifetime, pod, deletedAt),
    goneAt: stop?.exit?.at ?? first('gone'),
    stop,
  }
  return {
    pod,
    revision,
    wasKilled: first('killed') !== undefined,
    restartCount: events.filter(({ what }) => what === 'restarted').length,
    ...Object.fromEntries(Object.entries(moments).filter(([, value]) => value !== undefined)),
  }
}

function hiddenAfter(lifetime: Lifetime, pod: string, deletedAt: number): number | undefined {
  return eventsOf(lifetime, 'endpoints').find(({ at, ready }) => at >= deletedAt && !ready.includes(pod))?.at
}

/** A container that was restarted was signalled before, too: what belongs to the deletion comes after it. */
function stopOfPod(lifetime: Lifetime, pod: string, deletedAt: number): Stop | undefined {
  const events = lifetime.events.filter(
    (event) =>
      'pod' in event &&
      event.pod === pod &&
      ((event.kind !== 'exited' && event.kind !== 'signal') || event.at >= deletedAt),
  )
  // Listeners of one pod are its own, whatever port the lifetime speaks of.
  return stopOf({ ...lifetime, settings: {}, events })
}
