import { systemClock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import { probe, type Probed, type Probes, toProbes } from './probe.ts'
import type { Place, ServiceUnderProbes } from './service-under-probes.ts'
import * as settings from './settings.ts'

export interface MomentOptions {
  /** Factor on all times. */
  readonly scale: number
  readonly abort: AbortSignal
}

/** Probes of a service whose event loop is never idle. */
export interface Saturated {
  readonly live: Probes
  readonly ready: Probes
  /** Requests of the load that were answered, to show that it was busy. */
  readonly answered: number
}

export async function whileSaturated(service: ServiceUnderProbes, options: MomentOptions): Promise<Saturated> {
  const { scale, abort } = options
  const over = new AbortController()
  const load = keepBusy(service.where.port, AbortSignal.any([over.signal, abort]))
  await sleep(systemClock, settings.WARM_UP_MS * scale, { signal: abort })
  const asked: Record<'live' | 'ready', Promise<Probed>[]> = { live: [], ready: [] }
  const until = performance.now() + settings.SATURATED_MS * scale
  while (performance.now() < until && !abort.aborted) {
    asked.live.push(probe(service.where.live))
    asked.ready.push(probe(service.where.ready))
    await sleep(systemClock, settings.PROBE_EVERY_MS, { signal: abort })
  }
  const [live, ready] = await Promise.all([Promise.all(asked.live), Promise.all(asked.ready)])
  over.abort()
  return { live: toProbes(live), ready: toProbes(ready), answered: await load }
}

/** Every connection has a request under way, until `signal` is aborted. @returns how many were answered */
async function keepBusy(port: number, signal: AbortSignal): Promise<number> {
  let answered = 0
  const one = async (): Promise<void> => {
    let connection: RawConnection | undefined
    while (!signal.aborted) {
      connection ??= new RawConnection({ clock: systemClock, host: '127.0.0.1', port })
      const { outcome } = await connection.request({ path: `/busy/${settings.BUSY_MS}` })
      if (outcome === 'answered') answered++
      else connection = undefined
    }
  }
  await Promise.all(Array.from({ length: settings.CONNECTIONS }, one))
  return answered
}

/** A service whose event loop never turns again. */
export interface Stuck {
  /** When it first said that it does not live, in milliseconds from the last turn; `undefined` when it never did. */
  readonly saidNoMs: number | undefined
  readonly unanswered: number
  readonly asked: number
  /** Whether its output says where it hangs. */
  readonly hasStack: boolean
}

export async function whileStuck(service: ServiceUnderProbes, { abort }: MomentOptions): Promise<Stuck> {
  const startedAt = performance.now()
  void probe({ port: service.where.port, path: '/stuck' }, settings.STUCK_MS)
  const probes: Promise<void>[] = []
  let saidNoMs: number | undefined
  let unanswered = 0
  while (performance.now() - startedAt < settings.STUCK_MS && !abort.aborted) {
    probes.push(
      probe(service.where.live).then(({ status }) => {
        if (status === undefined) unanswered++
        if (status === 503) saidNoMs ??= Math.round(performance.now() - startedAt)
      }),
    )
    await sleep(systemClock, settings.PROBE_EVERY_MS, { signal: abort })
  }
  await Promise.all(probes)
  return { saidNoMs, unanswered, asked: probes.length, hasStack: service.said('keepBusy') }
}

/** Many who ask at the same time. */
export interface Storm {
  /** How often the check has run for all of them. */
  readonly runs: number
  readonly healthy: number
  readonly tookMs: number
}

export async function inStorm(service: ServiceUnderProbes): Promise<Storm> {
  const { port, ready } = service.where
  const before = await runsOf(port)
  const startedAt = performance.now()
  const probed = await Promise.all(Array.from({ length: settings.STORM }, () => probe(ready, 30_000)))
  const tookMs = Math.round(performance.now() - startedAt)
  const runs = (await runsOf(port)) - before
  return { runs, healthy: probed.filter(({ status }) => status === 200).length, tookMs }
}

/** One after the other, with nothing else to do. */
export async function inCalm(service: ServiceUnderProbes, { scale, abort }: MomentOptions): Promise<Probes> {
  const probed: Probed[] = []
  for (let count = 0; count < settings.CALM * scale && !abort.aborted; count++)
    probed.push(await probe(service.where.ready))
  return toProbes(probed)
}

async function runsOf(port: number): Promise<number> {
  const place: Place = { port, path: '/runs' }
  const response = await fetch(`http://127.0.0.1:${place.port}${place.path}`)
  return Number(await response.text())
}
