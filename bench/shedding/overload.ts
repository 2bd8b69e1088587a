import { systemClock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { probe, type Probed, type Probes, toProbes } from '../health/probe.ts'
import type { Place, ServiceUnderProbes } from '../health/service-under-probes.ts'
import { freshConnections, offerLoad, type Offered, openConnections } from './offer-load.ts'
import * as settings from './settings.ts'

export interface OverloadOptions {
  /** Factor on all times. */
  readonly scale: number
  readonly abort: AbortSignal
}

/** What a kubelet hears at one port. */
export interface ProbesOfPort {
  readonly live: Probes
  readonly ready: Probes
}

export interface Overload {
  readonly offered: Offered
  /** Half of what it can do, right after. */
  readonly after: Offered
  readonly durationMs: number
  /** At the port that the requests go to. */
  readonly listener: ProbesOfPort
  /** At one of its own; `undefined` where there is none. */
  readonly admin: ProbesOfPort | undefined
  /** How often its log says that it begins to refuse; of ours only. */
  readonly began: number
}

/** Twice of what it can do comes, after it had time to warm up; meanwhile it is asked whether it lives. */
export async function overload(service: ServiceUnderProbes, options: OverloadOptions): Promise<Overload> {
  const { scale, abort } = options
  const { port, live, ready } = service.where
  const pool = await openConnections(port)
  const offer = (factor: number, durationMs: number): Promise<Offered> =>
    offerLoad(pool, { perSecond: settings.CAPACITY * factor, durationMs: durationMs * scale, abort })
  await offer(0.5, settings.BEFORE_MS)
  const over = new AbortController()
  const probing = AbortSignal.any([over.signal, abort])
  const ask = (places: { readonly live: Place; readonly ready: Place }) => askBoth(places, probing)
  const atListener =
    live.port === port ? ask({ live, ready }) : ask({ live: { ...live, port }, ready: { ...ready, port } })
  const atAdmin = live.port === port ? undefined : ask({ live, ready })
  const offered = await offer(settings.FACTOR, settings.OVERLOAD_MS)
  over.abort()
  const [listener, admin] = await Promise.all([atListener, atAdmin])
  const after = await offer(0.5, settings.AFTER_MS)
  pool.close()
  const began = service.count('"shedding.began"')
  return { offered, after, durationMs: settings.OVERLOAD_MS * scale, listener, admin, began }
}

/** The same from clients who open a connection for each request. */
export async function overloadFresh(service: ServiceUnderProbes, { scale, abort }: OverloadOptions): Promise<Offered> {
  const fresh = freshConnections(service.where.port)
  const offer = (factor: number, durationMs: number): Promise<Offered> =>
    offerLoad(fresh, { perSecond: settings.CAPACITY * factor, durationMs: durationMs * scale, abort })
  await offer(0.5, settings.BEFORE_MS)
  return offer(settings.FACTOR, settings.OVERLOAD_MS)
}

async function askBoth(
  places: { readonly live: Place; readonly ready: Place },
  signal: AbortSignal,
): Promise<ProbesOfPort> {
  const asked: Record<'live' | 'ready', Promise<Probed>[]> = { live: [], ready: [] }
  while (!signal.aborted) {
    asked.live.push(probe(places.live))
    // Not at the same moment, as those of a kubelet aren't either.
    await sleep(systemClock, settings.PROBE_EVERY_MS / 2, { signal })
    if (signal.aborted) break
    asked.ready.push(probe(places.ready))
    await sleep(systemClock, settings.PROBE_EVERY_MS / 2, { signal })
  }
  const [live, ready] = await Promise.all([Promise.all(asked.live), Promise.all(asked.ready)])
  return { live: toProbes(live), ready: toProbes(ready) }
}
