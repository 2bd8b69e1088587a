import { ManualClock } from '../../../src/core/manual-clock.ts'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import type { Span } from '../../../src/otlp/model.ts'
import { OpenChunks } from '../../../src/telemetry/encode/open-chunks.ts'
import type { SpanLimits } from '../../../src/telemetry/env/limits-env.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import { SignalLedger } from '../../../src/telemetry/pipeline/signal-ledger.ts'
import { LocalTree } from '../../../src/telemetry/sampling/local-tree.ts'
import type { SamplingVerdict, SpanSampler } from '../../../src/telemetry/sampling/sampler.ts'
import { ReadableResource } from '../../../src/telemetry/trace/readable-resource.ts'
import type { RecordingSpan } from '../../../src/telemetry/trace/recording-span.ts'
import { SpanClock } from '../../../src/telemetry/trace/span-clock.ts'
import { TracerProvider, type TracerProviderOptions } from '../../../src/telemetry/trace/tracer-provider.ts'
import type { Tracer } from '../../../src/telemetry/trace/tracer.ts'

export const LIMITS: SpanLimits = {
  valueLength: Number.POSITIVE_INFINITY,
  count: 128,
  eventCount: 128,
  linkCount: 128,
  countPerEvent: 128,
  countPerLink: 128,
}

/** 13 November 2026. */
export const ORIGIN_MS = 1_794_528_000_000
export const ORIGIN_S = ORIGIN_MS / 1000

export const SAMPLE: SamplingVerdict = { decision: 'sample', traceState: undefined }
export const RECORD: SamplingVerdict = { decision: 'record', traceState: undefined }
export const DROP: SamplingVerdict = { decision: 'drop', traceState: undefined }

/** Answers what it is told to, and what the parent has where there is one. */
export function fixedSampler(verdict: SamplingVerdict): SpanSampler {
  return { decide: () => verdict }
}

/** A provider whose time stands still until a test moves it, and what comes out of it. */
export class TraceFixture {
  readonly clock = new ManualClock()
  readonly ledger = new SignalLedger()
  readonly provider: TracerProvider
  readonly tracer: Tracer
  /** Spans that were recorded and not sampled. */
  readonly recorded: RecordingSpan[] = []
  readonly #sealed: Chunk[] = []
  readonly #chunks: OpenChunks

  constructor(
    options: Partial<Omit<TracerProviderOptions, 'limits'>> & { readonly limits?: Partial<SpanLimits> } = {},
  ) {
    const { clock, ledger } = this
    const resource = { attributes: { 'service.name': 'shop' } }
    const sink = { accept: (chunk: Chunk): void => void this.#sealed.push(chunk) }
    this.#chunks = new OpenChunks({ signal: 'traces', resource, clock, sink, ledger })
    const monotonic = (): number => clock.now()
    this.provider = new TracerProvider({
      resource: new ReadableResource(resource.attributes),
      sampler: fixedSampler(SAMPLE),
      clock,
      chunks: this.#chunks,
      recorded: {
        open: (slowerThanMs = 0) => new LocalTree(slowerThanMs),
        onEnd: (span) => void this.recorded.push(span),
      },
      spanClock: new SpanClock({ monotonic, wall: () => ORIGIN_MS + clock.now(), originMs: ORIGIN_MS }),
      ...options,
      limits: { ...LIMITS, ...options.limits },
    })
    this.tracer = this.provider.tracer({ name: 'test' })
  }

  /** The bytes that came out so far. */
  get body(): Uint8Array {
    this.#chunks.sealAll()
    return Buffer.concat(this.#sealed.map(({ bytes }) => bytes))
  }

  /** What came out so far, by a decoder. */
  get spans(): readonly Span[] {
    return decodeRequest('traces', this.body).flatMap(({ scopes }) => scopes.flatMap(({ items }) => items))
  }
}
