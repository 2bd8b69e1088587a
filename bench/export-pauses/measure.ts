import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import type { Collector } from './collector.ts'
import { ADOPTION, COLLECTION, type Moment, OF_SPANS, SCRAPE } from './moments.ts'
import {
  ADOPTED_BYTES,
  FILL_LIMIT_MS,
  RETURN_LIMIT_MS,
  SCRAPE_EVERY_MS,
  SERIES,
  SPANS_PER_S,
  WARM_UP_MS,
} from './settings.ts'
import { hasMoment, type Variant } from './variants.ts'
import { type Turns, WatchedService } from './watched-service.ts'

/** One variant in one moment, once. */
export interface Sample extends Turns {
  readonly moment: string
  readonly variant: string
  /** What shows that export was at work: spans or metric points that arrived, or lines that the last scrape had. */
  readonly arrived: number
}

export interface MeasureOptions {
  readonly seaworthy: string
  readonly collector: Collector
  /** Factor on all times. */
  readonly scale: number
  readonly abort: AbortSignal
}

type Measured = readonly Sample[]
const FILL_PER_S = 200_000
const POLL_MS = 50

/** Every moment of one variant, in processes that are gone when it resolves. */
export async function measureVariant(variant: Variant, options: MeasureOptions): Promise<Measured> {
  const samples: Sample[] = []
  for (const part of [measureSpans, measureCollection, measureScrape, measureAdoption]) {
    if (options.abort.aborted) break
    const spoolDir = mkdtempSync(join(tmpdir(), 'bench-pauses-'))
    try {
      samples.push(...(await part(variant, { ...options, spoolDir, endpoint: options.collector.endpoint })))
    } finally {
      await options.collector.setFault(undefined)
      rmSync(spoolDir, { recursive: true, force: true })
    }
  }
  return samples
}

interface PartOptions extends MeasureOptions {
  readonly spoolDir: string
  readonly endpoint: string
}

async function measureSpans(variant: Variant, options: PartOptions): Promise<Measured> {
  await using service = await WatchedService.start({ ...options, variant, perS: SPANS_PER_S, series: 0 })
  const { collector } = options
  await pause(WARM_UP_MS, options)
  const { sending, begin, outage, end } = OF_SPANS
  return [
    await watch(service, variant, sending, options),
    await watch(service, variant, begin, options, () => collector.setFault({ kind: 'refuse' })),
    await watch(service, variant, outage, options),
    await watch(service, variant, end, options, async () => {
      const before = await collector.arrived()
      await collector.setFault(undefined)
      if (variant.family !== 'none') await spansArrive(before.spans, options)
    }),
  ]
}

/** The pause before the next attempt is random, and doubled with each failure: it may be longer than the moment itself. */
async function spansArrive(before: number, options: PartOptions): Promise<void> {
  const until = systemClock.now() + RETURN_LIMIT_MS
  while (!options.abort.aborted && systemClock.now() < until) {
    const { spans } = await options.collector.arrived()
    if (spans > before) return
    await pause(POLL_MS, options)
  }
}

async function measureCollection(variant: Variant, options: PartOptions): Promise<Measured> {
  await using service = await WatchedService.start({ ...options, variant, moment: COLLECTION, perS: 0, series: SERIES })
  await pause(WARM_UP_MS, options)
  return [await watch(service, variant, COLLECTION, options)]
}

async function measureScrape(variant: Variant, options: PartOptions): Promise<Measured> {
  if (!hasMoment(variant, SCRAPE)) return []
  await using service = await WatchedService.start({ ...options, variant, moment: SCRAPE, perS: 0, series: SERIES })
  await pause(WARM_UP_MS, options)
  let isOver = false
  let lines = 0
  const scrape = async (): Promise<void> => {
    while (!isOver && !options.abort.aborted) {
      lines = await scrapeLines(service.scrapePort)
      await pause(SCRAPE_EVERY_MS, { ...options, scale: 1 })
    }
  }
  const scraping = variant.family === 'none' ? undefined : scrape()
  const sample = await watch(service, variant, SCRAPE, options)
  isOver = true
  await scraping
  return [{ ...sample, arrived: lines }]
}

async function measureAdoption(variant: Variant, options: PartOptions): Promise<Measured> {
  if (!hasMoment(variant, ADOPTION)) return []
  if (variant.family === 'ours') await fill(variant, options)
  const before = await options.collector.arrived()
  const rest = { perS: SPANS_PER_S, series: 0, isWatched: true }
  await using service = await WatchedService.start({ ...options, variant, ...rest })
  await pause(ADOPTION.forMs, options)
  const turns = await service.watched()
  const { spans } = await options.collector.arrived()
  return [{ moment: ADOPTION.id, variant: variant.name, ...turns, arrived: spans - before.spans }]
}

/** Leaves on disk what nobody took, and what nobody looks after any more. */
async function fill(variant: Variant, options: PartOptions): Promise<void> {
  await options.collector.setFault({ kind: 'refuse' })
  const service = await WatchedService.start({ ...options, variant, perS: FILL_PER_S, series: 0 })
  try {
    const until = systemClock.now() + FILL_LIMIT_MS
    while (bytesIn(options.spoolDir) < ADOPTED_BYTES && !options.abort.aborted) {
      if (systemClock.now() > until) throw new Error(`${variant.name} did not leave ${ADOPTED_BYTES} bytes on disk`)
      await pause(POLL_MS, options)
    }
  } finally {
    await service[Symbol.asyncDispose]()
  }
  await options.collector.setFault(undefined)
}

async function watch(
  service: WatchedService,
  variant: Variant,
  moment: Moment,
  options: PartOptions,
  first?: () => Promise<void>,
): Promise<Sample> {
  const before = await options.collector.arrived()
  await service.watch()
  await first?.()
  await pause(moment.forMs, options)
  const turns = await service.watched()
  const after = await options.collector.arrived()
  const arrived = after.spans - before.spans + after.points - before.points
  return { moment: moment.id, variant: variant.name, ...turns, arrived }
}

function pause(ms: number, { scale, abort }: Pick<MeasureOptions, 'scale' | 'abort'>): Promise<void> {
  return sleep(systemClock, ms * scale, { signal: abort })
}

/** How many series an answer to Prometheus has that are ours. */
async function scrapeLines(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  const text = await response.text()
  return text.match(/^bench_(?:orders|duration_\w*count)/gm)?.length ?? 0
}

function bytesIn(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(directory, name), { throwIfNoEntry: false }))
    .reduce((sum, stats) => sum + (stats?.isFile() === true ? stats.size : 0), 0)
}
