import {
  type Attributes,
  diag,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TraceState,
} from '@opentelemetry/api'
import { encodeEndedSpan, type EndedSpan } from '../encode/encode-ended-span.ts'
import type { InstrumentationScope } from '../encode/chunk-frame.ts'
import type { RecordedSpan } from '../sampling/keep-buffer.ts'
import type { LocalTree } from '../sampling/local-tree.ts'
import { cleanAttributes, type CleanAttributes, readMember } from './attribute-list.ts'
import { copySimpleValue } from './attribute-value.ts'
import { AttributedSpan } from './attributed-span.ts'
import { finishProcessed } from './finish-processed.ts'
import { EXCEPTION_EVENT, exceptionAttributes } from './exception-attributes.ts'
import type { LocalTrace } from './local-trace.ts'
import type { ReadableResource } from './readable-resource.ts'
import type { SpanHome } from './span-home.ts'
import { isTimeInput, readTime } from './time-input.ts'

/** Something that happened at one moment of a span, as processors and exporters of the SDK read it. */
export interface TimedEvent extends CleanAttributes {
  readonly name: string
  readonly time: HrTime
}

/** A link as a span keeps it. */
export interface SpanLink extends CleanAttributes {
  readonly context: SpanContext
}

/** A span without attributes, measured on Node 24, and an event or a link with few. */
const SPAN_BYTES = 400
const PART_BYTES = 300

/**
 * A span that records. It is at the same time what processors and exporters of the SDK for JavaScript call a
 * `ReadableSpan`, and what they change in it goes out changed. No method throws, whatever it is given.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/#span
 */
export class RecordingSpan extends AttributedSpan implements Span, EndedSpan, RecordedSpan<RecordingSpan> {
  name: string
  readonly kind: SpanKind
  /** What it shares with the other spans of its tracer. */
  readonly #home: SpanHome<RecordingSpan>
  #status: SpanStatus | undefined = undefined
  #events: TimedEvent[] | undefined = undefined
  #droppedEvents = 0
  #links: SpanLink[] | undefined = undefined
  #droppedLinks = 0

  /** Use a {@link Tracer}. */
  constructor(
    home: SpanHome<RecordingSpan>,
    local: LocalTrace,
    traceFlags: number,
    traceState: TraceState | undefined,
    parent: SpanContext | undefined,
    name: string,
    kind: SpanKind,
    startTime: HrTime | undefined,
  ) {
    super(home, local, traceFlags, traceState, parent, startTime)
    this.#home = home
    this.name = name
    this.kind = kind
  }

  get resource(): ReadableResource {
    return this.#home.resource
  }

  get instrumentationScope(): InstrumentationScope {
    return this.#home.scope
  }

  get status(): SpanStatus {
    return (this.#status ??= { code: SpanStatusCode.UNSET })
  }

  /** What is no status takes it away. */
  set status(status: SpanStatus) {
    this.#status = typeof status === 'object' && status !== null ? status : undefined
  }

  /** The status if there is one: reading it makes none. */
  get statusIfSet(): SpanStatus | undefined {
    return this.#status
  }

  /** What decides about it together with the other spans below its local root, if it is not sampled. */
  get tree(): LocalTree<RecordingSpan> {
    // Whoever asks was given the span by the owner of the tree.
    return this.local.tree as LocalTree<RecordingSpan>
  }

  get statusCode(): number {
    return this.#status?.code ?? SpanStatusCode.UNSET
  }

  get hasException(): boolean {
    return this.#events?.some(({ name }) => name === EXCEPTION_EVENT) === true
  }

  /** About what it takes in memory. */
  get estimatedBytes(): number {
    const texts = this.list?.entries.reduce<number>(
      (sum, part) => sum + (typeof part === 'string' ? part.length : 16),
      0,
    )
    const parts = (this.#events?.length ?? 0) + (this.#links?.length ?? 0)
    return SPAN_BYTES + (texts ?? 0) + parts * PART_BYTES
  }

  get events(): TimedEvent[] {
    return (this.#events ??= [])
  }

  set events(events: TimedEvent[]) {
    this.#events = Array.isArray(events) ? events : undefined
  }

  get eventsIfAny(): readonly TimedEvent[] | undefined {
    return this.#events
  }

  get droppedEventsCount(): number {
    return this.#droppedEvents
  }

  get links(): SpanLink[] {
    return (this.#links ??= [])
  }

  set links(links: SpanLink[]) {
    this.#links = Array.isArray(links) ? links : undefined
  }

  get linksIfAny(): readonly SpanLink[] | undefined {
    return this.#links
  }

  get droppedLinksCount(): number {
    return this.#droppedLinks
  }

  addEvent(name: string, attributesOrTime?: unknown, time?: unknown): this {
    if (this.state === 'ended') return this.refuse()
    const { limits, clock } = this.#home
    if (limits.eventCount === 0) {
      this.#droppedEvents++
      return this
    }
    const isTime = isTimeInput(attributesOrTime)
    const given = isTimeInput(time) ? time : isTime ? attributesOrTime : undefined
    const attributes = isTime ? undefined : attributesOrTime
    const events = (this.#events ??= [])
    if (events.length >= limits.eventCount) {
      events.shift()
      this.#droppedEvents++
    }
    events.push({
      name: toText(name),
      time: (given === undefined ? undefined : readTime(given, clock)) ?? this.timeNow(),
      ...cleanAttributes(attributes, limits.countPerEvent, limits.valueLength, copySimpleValue),
    })
    return this
  }

  recordException(exception: unknown, time?: unknown): void {
    if (this.state === 'ended') return void this.refuse()
    const attributes = exceptionAttributes(exception)
    if (attributes === undefined) diag.warn('An exception has neither type nor message, so it was not recorded')
    else this.addEvent(EXCEPTION_EVENT, attributes, time)
  }

  addLink(link: Link): this {
    if (this.state === 'ended') return this.refuse()
    const { limits } = this.#home
    const linked = memberOf(link, 'context')
    if (limits.linkCount === 0 || typeof linked !== 'object' || linked === null) {
      this.#droppedLinks++
      return this
    }
    const links = (this.#links ??= [])
    if (links.length >= limits.linkCount) {
      links.shift()
      this.#droppedLinks++
    }
    const attributes = memberOf(link, 'attributes')
    // Whatever it holds: what can't be sent is left out when it goes out.
    const context = linked as SpanContext
    links.push({ context, ...cleanAttributes(attributes, limits.countPerLink, limits.valueLength) })
    return this
  }

  addLinks(links: readonly Link[]): this {
    if (this.state === 'ended') return this.refuse()
    try {
      if (Array.isArray(links)) for (const link of links) this.addLink(link)
    } catch {
      // A proxy that throws.
      this.#droppedLinks++
    }
    return this
  }

  setStatus(status: SpanStatus): this {
    if (this.state === 'ended') return this.refuse()
    const code = memberOf(status, 'code')
    if (code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR) return this
    if (this.#status?.code === SpanStatusCode.OK) return this
    const message = memberOf(status, 'message')
    if (code !== SpanStatusCode.ERROR || message === undefined || message === null) this.#status = { code }
    else if (typeof message === 'string') this.#status = { code, message }
    else {
      this.#status = { code }
      diag.warn(`A status message is of type ${typeof message}, so it was left out`)
    }
    return this
  }

  updateName(name: string): this {
    if (this.state === 'ended') return this.refuse()
    this.name = toText(name)
    return this
  }

  end(endTime?: unknown): void {
    if (this.state !== 'open') return void this.refuse()
    const home = this.#home
    const { processors } = home
    this.stop(endTime)
    this.state = 'ending'
    const { any } = processors
    if (any) processors.onEnding(this)
    this.state = 'ended'
    if (any) finishProcessed(this, (span) => processors.onEnd(span))
    if ((this.traceFlags & 1) !== 0) encodeEndedSpan(home.chunk, this, this.traceFlags, this.traceState)
    else if (this.local.tree !== undefined) home.recorded?.onEnd(this)
  }

  /** Ends it for good as if it had never been. Processors of others, which know that it began, hear no more of it. */
  discard(): void {
    this.state = 'ended'
  }

  /**
   * Sends a span that was recorded and not sampled, as if it had been sampled.
   *
   * @param traceState what goes out, where the sampling decision shows in it
   * @param attributes why it is kept
   */
  keep(traceState: TraceState | undefined, attributes: Attributes): void {
    this.addOwnAttributes(attributes)
    encodeEndedSpan(this.#home.chunk, this, this.traceFlags | 1, traceState)
  }
}

/** A member of what somebody gave, which may be no object, or one that throws. */
function memberOf(given: unknown, key: string): unknown {
  return typeof given === 'object' && given !== null ? readMember(given, key) : undefined
}

/** A name as text, whatever code without types gives. */
export function toText(name: unknown): string {
  if (typeof name === 'string') return name
  try {
    return String(name)
  } catch {
    return ''
  }
}
