import { type Load } from './load.ts'
import { type Account, MeasuredService } from './measured-service.ts'
import { LEAD_IN_MS, SETTLE_MS, SLICE_MS, WARM_UP_MS } from './settings.ts'
import type { Sink } from './sink.ts'
import type { Variant } from './variants.ts'

/** Load on one variant in one round. */
export interface Slice {
  readonly round: number
  readonly perS: number
  readonly cpuUs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Share of the time of its processor that the service had. */
  readonly busy: number
}

/** One variant over all rounds. */
export interface TourCell {
  readonly variant: string
  readonly slices: readonly Slice[]
  readonly rssMiB: number
  /** Requests of the warm-up, of all rounds and of what led into them, the first one included. */
  readonly answered: number
  readonly failed: number
  readonly spans: number
  /** Of ours: what the account says was dropped or rejected. Nobody else keeps one. */
  readonly countedLost: number | null
}

export interface TourOptions {
  readonly variants: readonly Variant[]
  readonly rounds: number
  /** What the first of them is called: rounds of several tours must not be mixed up. @default 1 */
  readonly firstRound?: number
  readonly node: string
  readonly seaworthy: string
  readonly sink: Sink
  readonly load: Load
  readonly abort: AbortSignal
  readonly sliceMs?: number
  readonly leadInMs?: number
  readonly warmUpMs?: number
  /** When no further round is begun, by `performance.now()`. */
  readonly until?: number
  readonly onProgress: (line: string) => void
  readonly onTrouble: (variant: string, error: unknown) => void
}

const MIB = 1024 * 1024
/** The longest interval in which any of them exports on its own. */
const LAST_EXPORT_MS = 1000

interface Running {
  readonly service: MeasuredService
  readonly slices: Slice[]
  answered: number
  failed: number
}

/**
 * All of these variants alive at once; each round gives each of them its turn under load, alone, in an order of its own. So what the
 * machine does besides falls on all alike, and every one is long past its warm-up.
 */
export async function tour(options: TourOptions): Promise<readonly TourCell[]> {
  const { variants, rounds, firstRound = 1, sink, load, abort, onProgress, onTrouble } = options
  const { sliceMs = SLICE_MS, leadInMs = LEAD_IN_MS, warmUpMs = WARM_UP_MS, until = Number.POSITIVE_INFINITY } = options
  const running: Running[] = []
  try {
    for (const variant of variants) {
      if (abort.aborted) return []
      try {
        const service = await MeasuredService.start({ ...options, variant })
        // Its start has sent the first request.
        const one: Running = { service, slices: [], answered: 1, failed: 0 }
        running.push(one)
        await slice(one, load, warmUpMs)
        onProgress(`${variant.name} has warmed up`)
      } catch (error) {
        onTrouble(variant.name, error)
      }
    }
    for (let round = 1; round <= rounds && !abort.aborted; round++) {
      if (round > 2 && performance.now() > until) break
      for (const one of rotated(running, round)) {
        if (abort.aborted) break
        try {
          await leadIn(one, load, leadInMs)
          const measured = await slice(one, load, sliceMs)
          one.slices.push({ round: firstRound + round - 1, ...measured })
        } catch (error) {
          onTrouble(one.service.variant.name, error)
        }
      }
      onProgress(`round ${round} of ${rounds} is done`)
    }
    return await Promise.all(
      running.map(async (one) => {
        try {
          return await conclude(one)
        } catch (error) {
          onTrouble(one.service.variant.name, error)
          return undefined
        }
      }),
    ).then(async (ended) => {
      const counts = await sink.count()
      return ended.flatMap((cell) => {
        if (cell === undefined) return []
        const { sinkPort, ...rest } = cell
        return [{ ...rest, spans: counts.get(sinkPort)?.spans ?? 0 }]
      })
    })
  } finally {
    await Promise.all(running.map(({ service }) => service[Symbol.asyncDispose]()))
  }
}

/** Each variant follows another one in each round. */
function rotated(running: readonly Running[], round: number): readonly Running[] {
  const first = (round * 7) % Math.max(1, running.length)
  const turned = [...running.slice(first), ...running.slice(0, first)]
  return round % 2 === 0 ? turned : turned.reverse()
}

/**
 * Load that is not measured. While the others had their turns, V8 has taken the young generation back to its smallest size,
 * and lets it grow again only as things survive: a service under steady load has that behind it.
 */
async function leadIn(one: Running, load: Load, forMs: number): Promise<void> {
  const { answered, failed } = await load.run(one.service.port, { forMs })
  one.answered += answered
  one.failed += failed
}

/** From idle to idle, so that everything the load has caused is counted, and nothing else. */
async function slice(one: Running, load: Load, forMs: number): Promise<Omit<Slice, 'round'>> {
  const { service } = one
  const before = await service.mark()
  const result = await load.run(service.port, { forMs })
  const loaded = await service.mark()
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const after = await service.mark()
  one.answered += result.answered
  one.failed += result.failed
  return {
    perS: (result.answered / result.tookMs) * 1000,
    cpuUs: (after.cpuUs - before.cpuUs) / result.answered,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    busy: (loaded.cpuUs - before.cpuUs) / 1000 / result.tookMs,
  }
}

async function conclude(one: Running): Promise<Omit<TourCell, 'spans'> & { readonly sinkPort: number }> {
  const { service, slices, answered, failed } = one
  const { rssBytes } = await service.mark()
  const { account } = await service.flush()
  // What is flushed by somebody who does not say when it is done.
  await new Promise((resolve) => setTimeout(resolve, LAST_EXPORT_MS))
  return {
    variant: service.variant.name,
    sinkPort: service.sinkPort,
    slices,
    rssMiB: rssBytes / MIB,
    answered,
    failed,
    countedLost: account === null ? null : lostOf(account),
  }
}

function lostOf({ rejected, dropped }: Account): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, rejected)
}
