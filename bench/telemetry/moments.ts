/** What is measured besides the tour: starts, pauses of the event loop, spans by themselves, and HTTP without a kernel. */
import type { Load } from './load.ts'
import { MeasuredService, type Watched } from './measured-service.ts'
import * as settings from './settings.ts'
import type { Sink } from './sink.ts'
import type { Variant } from './variants.ts'

export interface MomentOptions {
  readonly variants: readonly Variant[]
  readonly node: string
  readonly seaworthy: string
  readonly sink: Sink
  readonly load: Load
  readonly abort: AbortSignal
  readonly onProgress: (line: string) => void
  readonly onTrouble: (variant: string, error: unknown) => void
}

export interface Start {
  readonly ms: number
  readonly cpuMs: number
  readonly rssMiB: number
}
export interface SpanCost {
  readonly created: number
  readonly delivered: number
  /** Of the whole process, per span delivered. */
  readonly cpuUs: number
}
export interface InProcess {
  readonly cpuUs: number
}
export interface PausesUnderLoad extends Watched {
  readonly p99LatencyMs: number
}

/** What one kind of measurement gave, round by round. */
export interface MomentCell<T> {
  readonly variant: string
  readonly samples: readonly T[]
}

const MIB = 1024 * 1024

export function measureStarts(options: MomentOptions): Promise<readonly MomentCell<Start>[]> {
  return inRounds('start', settings.STARTS, options, async (variant) => {
    await using service = await MeasuredService.start({ ...options, variant })
    const { cpuUs, rssBytes } = await service.mark()
    return { ms: service.startUpMs, cpuMs: cpuUs / 1000, rssMiB: rssBytes / MIB }
  })
}

/** At a steady pace, so that the loop is free most of the time and a pause is one. */
export function measurePauses(options: MomentOptions): Promise<readonly MomentCell<PausesUnderLoad>[]> {
  return inRounds('pauses', settings.STEADY_ROUNDS, options, async (variant) => {
    await using service = await MeasuredService.start({ ...options, variant })
    const steady = { perS: settings.STEADY_PER_S }
    await options.load.run(service.port, { ...steady, forMs: settings.WARM_UP_MS })
    await service.watch()
    const { p99Ms } = await options.load.run(service.port, { ...steady, forMs: settings.STEADY_MS })
    return { ...(await service.watched()), p99LatencyMs: p99Ms }
  })
}

export function measureSpans(options: MomentOptions): Promise<readonly MomentCell<SpanCost>[]> {
  return inRounds('spans', settings.SPANS_ROUNDS, options, async (variant) => {
    await using service = await MeasuredService.start({ ...options, variant, program: 'spans.cjs' })
    const order = { ask: 'spans', perS: settings.SPANS_PER_S }
    await service.ask({ ...order, forMs: settings.WARM_UP_MS })
    await service.flush()
    const earlier = (await options.sink.count()).get(service.sinkPort)?.spans ?? 0
    const { created, startCpuUs } = await service.ask<{ created: number; startCpuUs: number }>({
      ...order,
      forMs: settings.SPANS_MS,
    })
    await service.flush()
    const { cpuUs } = await service.mark()
    const delivered = ((await options.sink.count()).get(service.sinkPort)?.spans ?? 0) - earlier
    return { created, delivered, cpuUs: (cpuUs - startCpuUs) / delivered }
  })
}

/** All alive, and measured in turn: one is compiled only once. */
export async function measureInProcess(options: MomentOptions): Promise<readonly MomentCell<InProcess>[]> {
  const services: { readonly service: MeasuredService; readonly samples: InProcess[] }[] = []
  try {
    for (const variant of options.variants) {
      try {
        const service = await MeasuredService.start({ ...options, variant, program: 'in-process.cjs' })
        services.push({ service, samples: [] })
      } catch (error) {
        options.onTrouble(`${variant.name}, in process`, error)
      }
    }
    for (let round = 0; round <= settings.IN_PROCESS_ROUNDS && !options.abort.aborted; round++) {
      for (const { service, samples } of services) {
        const { cpuUs, requests, answeredBytes } = await service.ask<{
          cpuUs: number
          requests: number
          answeredBytes: number
        }>({ ask: 'measure', requests: settings.IN_PROCESS_REQUESTS })
        if (answeredBytes < requests * 86) throw new Error(`${service.variant.name}: not every request was answered`)
        // The first is the warm-up.
        if (round > 0) samples.push({ cpuUs: cpuUs / requests })
      }
    }
    options.onProgress('without a kernel: done')
    return services.map(({ service, samples }) => ({ variant: service.variant.name, samples }))
  } finally {
    await Promise.all(services.map(({ service }) => service[Symbol.asyncDispose]()))
  }
}

async function inRounds<T>(
  what: string,
  rounds: number,
  { variants, abort, onProgress, onTrouble }: MomentOptions,
  measure: (variant: Variant) => Promise<T>,
): Promise<readonly MomentCell<T>[]> {
  const samples = new Map<string, T[]>(variants.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds && !abort.aborted; round++) {
    for (const variant of variants) {
      if (abort.aborted) break
      try {
        samples.get(variant.name)?.push(await measure(variant))
      } catch (error) {
        onTrouble(`${variant.name}, ${what}`, error)
      }
    }
    onProgress(`${what}: round ${round} of ${rounds} is done`)
  }
  return variants.map(({ name }) => ({ variant: name, samples: samples.get(name) ?? [] }))
}
