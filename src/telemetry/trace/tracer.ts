import {
  type Attributes,
  type Context,
  context as contextApi,
  diag,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type TimeInput,
  trace,
  TraceFlags,
  type Tracer as ApiTracer,
} from '@opentelemetry/api'
import { FastContext } from '../context/fast-context.ts'
import { usableContext } from '../context/usable-context.ts'
import { isTracingSuppressed } from '../context-keys.ts'
import type { SpanSampler } from '../sampling/sampler.ts'
import { LocalSpan, RANDOM_FLAG } from './local-span.ts'
import { LocalTrace } from './local-trace.ts'
import { PassiveSpan } from './passive-span.ts'
import { RecordingSpan, toText } from './recording-span.ts'
import type { RandomWords } from './random-words.ts'
import type { SpanHome } from './span-home.ts'
import { SpanWatch } from './span-watch.ts'
import { readTime } from './time-input.ts'

const NO_OPTIONS: SpanOptions = {}
const NO_LINKS: readonly Link[] = []
const NO_ATTRIBUTES: Attributes = {}
/** More than a request has of its own. */
const MIN_DEFERRED = 32
const KINDS: ReadonlySet<number> = new Set([0, 1, 2, 3, 4] satisfies SpanKind[])
/** For what is done in a context in which nothing is to be traced. It has no state, so one is enough. */
const SUPPRESSED: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

type Work = (span: Span) => unknown

/**
 * Makes spans. No method throws, but what the function throws that {@link Tracer.startActiveSpan} calls.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/#tracer
 */
export class Tracer implements ApiTracer {
  readonly #home: SpanHome<RecordingSpan>
  readonly #sampler: SpanSampler
  readonly #watch: SpanWatch
  /** Those of the span that the sampler is being asked about. */
  #attributes: Attributes | undefined = undefined
  readonly #readAttributes = (): Attributes => this.#attributes ?? NO_ATTRIBUTES

  constructor(home: SpanHome<RecordingSpan>, sampler: SpanSampler, watch = new SpanWatch()) {
    this.#home = home
    this.#sampler = sampler
    this.#watch = watch
  }

  startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    const given = readContext(context)
    try {
      return this.#startIn(name, options ?? NO_OPTIONS, given)
    } catch (error) {
      diag.warn('What a span was to begin with could not be read, so it begins without', error)
      return this.#startIn(name, NO_OPTIONS, given)
    }
  }

  #startIn(name: string, options: SpanOptions, context: Context): Span {
    let parent: Span | undefined
    if (context instanceof FastContext) {
      if (context.suppressed) return SUPPRESSED
      parent = context.span
    } else {
      if (isTracingSuppressed(context)) return SUPPRESSED
      parent = trace.getSpan(context)
    }
    if (this.#watch.isWatched) this.#watch.tell(readKind(options.kind))
    const isRoot = options.root === true
    const span = this.#start(toText(name), options, isRoot || parent === undefined ? undefined : readParent(parent))
    if (this.#home.processors.any && span instanceof RecordingSpan) {
      this.#home.processors.onStart(span, isRoot ? trace.deleteSpan(context) : context)
    }
    return span
  }

  /**
   * A span whose attributes are put together only where they are wanted: by a rule of the sampler, or because it records.
   *
   * @param attributes asked only if a rule of the sampler wants them
   * @param describe gives a span that records its attributes, before span processors see it
   * @param startTime where that is known only afterwards; @default now
   */
  startDescribedSpan(
    name: string,
    kind: SpanKind,
    context: Context,
    attributes: () => Attributes,
    describe: (span: RecordingSpan) => void,
    startTime?: TimeInput,
  ): Span {
    if (isTracingSuppressed(context)) return SUPPRESSED
    const parent = context instanceof FastContext ? context.span : trace.getSpan(context)
    const above = parent === undefined ? undefined : readParent(parent)
    const span = this.#decide(name, kind, above, attributes, undefined, NO_LINKS, startTime)
    if (span instanceof RecordingSpan) this.#announce(span, context, describe)
    return span
  }

  startActiveSpan<F extends Work>(name: string, fn: F): ReturnType<F>
  startActiveSpan<F extends Work>(name: string, options: SpanOptions, fn: F): ReturnType<F>
  startActiveSpan<F extends Work>(name: string, options: SpanOptions, context: Context, fn: F): ReturnType<F>
  startActiveSpan(name: string, second?: unknown, third?: unknown, fourth?: unknown): unknown {
    const fn = fourth ?? third ?? second
    if (typeof fn !== 'function') return undefined
    const options = second === fn ? undefined : (second as SpanOptions)
    const parent = readContext(third === fn ? undefined : third)
    const span = this.startSpan(name, options, parent)
    const active = parent instanceof FastContext ? parent.withSpan(span) : trace.setSpan(parent, span)
    return contextApi.with(active, fn as Work, undefined, span)
  }

  /**
   * The span of work that comes from outside, such as a request: the way with the least cost. It has no attributes yet.
   *
   * @param parent who asks, from the headers; `undefined` or one that is not valid for nobody
   * @param context what span processors are told as the context of the parent
   * @param attributes asked only if a rule of the sampler wants them
   * @param describe gives a span that records its attributes, before span processors see it
   */
  startRemoteSpan(
    name: string,
    kind: SpanKind,
    parent: SpanContext | undefined,
    context: Context,
    attributes: () => Attributes,
    describe?: (span: RecordingSpan) => void,
  ): RecordingSpan | PassiveSpan {
    const span = this.#decide(name, kind, checkParent(parent), attributes, undefined, NO_LINKS, undefined)
    if (span instanceof RecordingSpan) this.#announce(span, context, describe)
    return span
  }

  /** Whether attributes of a request may be left for later: where limits are tight, they have to be cut before. */
  get defersAttributes(): boolean {
    const { valueLength, count } = this.#home.limits
    return valueLength === Number.POSITIVE_INFINITY && count >= MIN_DEFERRED
  }

  #announce(span: RecordingSpan, context: Context, describe: ((span: RecordingSpan) => void) | undefined): void {
    describe?.(span)
    if (this.#home.processors.any) this.#home.processors.onStart(span, context)
  }

  #start(name: string, options: SpanOptions, parent: SpanContext | undefined): Span {
    const { attributes, kind, startTime } = options
    const links = Array.isArray(options.links) ? options.links : NO_LINKS
    this.#attributes = attributes
    const span = this.#decide(name, readKind(kind), parent, this.#readAttributes, attributes, links, startTime)
    this.#attributes = undefined
    return span
  }

  #decide(
    name: string,
    kind: SpanKind,
    parent: SpanContext | undefined,
    readAttributes: () => Attributes,
    attributes: Attributes | undefined,
    links: readonly Link[],
    startTime: unknown,
  ): RecordingSpan | PassiveSpan {
    const home = this.#home
    const local = joinTrace(parent, home.random)
    const verdict = this.#sampler.decide(parent, local.c & 0xff_ffff, local.d >>> 0, name, kind, readAttributes, links)
    local.verdict ??= verdict
    const { decision, traceState } = verdict
    let flags = parent === undefined ? RANDOM_FLAG : parent.traceFlags & RANDOM_FLAG
    if (decision === 'sample') flags |= TraceFlags.SAMPLED
    // Below a span that is recorded in case it is kept, everything is, whatever the sampler makes of its flag.
    else if (decision === 'drop' && !isRecordedUnsampled(parent)) {
      return new PassiveSpan(local, flags, traceState, home.random)
    }
    const time = startTime === undefined ? undefined : readTime(startTime, home.clock)
    const span = new RecordingSpan(home, local, flags, traceState, parent, name, kind, time)
    if (decision !== 'sample') local.tree ??= home.recorded?.open(local.verdict.keepSlowerThanMs)
    if (attributes !== undefined) span.setFirstAttributes(attributes)
    if (verdict.attributes !== undefined) span.setFirstAttributes(verdict.attributes)
    if (links.length > 0) span.addLinks(links)
    return span
  }
}

function joinTrace(parent: SpanContext | undefined, random: RandomWords): LocalTrace {
  if (parent === undefined) return LocalTrace.begin(random)
  return parent instanceof LocalSpan ? parent.local : LocalTrace.continue(parent.traceId)
}

function isRecordedUnsampled(span: SpanContext | undefined): boolean {
  return span instanceof RecordingSpan && (span.traceFlags & TraceFlags.SAMPLED) === 0
}

/** The context that somebody gave, or the active one. */
function readContext(given: unknown): Context {
  return given === undefined ? contextApi.active() : usableContext(given, contextApi.active())
}

/** Who a span in a context stands for, if it is one that can be a parent. */
function readParent(span: Span): SpanContext | undefined {
  return span instanceof LocalSpan ? (span as LocalSpan as SpanContext) : checkParent(span.spanContext())
}

function checkParent(parent: SpanContext | undefined): SpanContext | undefined {
  if (parent === undefined || parent === null || typeof parent.traceFlags !== 'number') return undefined
  return isSpanContextValid(parent) ? parent : undefined
}

function readKind(kind: unknown): SpanKind {
  return typeof kind === 'number' && KINDS.has(kind) ? kind : SpanKind.INTERNAL
}
