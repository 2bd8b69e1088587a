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
import { AttributeList, cleanAttributes, type CleanAttributes, readMember, warnOfInvalid } from './attribute-list.ts'
import { copySimpleValue, copyValue, INVALID } from './attribute-value.ts'
import type { DeferredAttributes } from './deferred-attributes.ts'
import { EXCEPTION_EVENT, exceptionAttributes } from './exception-attributes.ts'
import type { LocalTrace } from './local-trace.ts'
import type { ReadableResource } from './readable-resource.ts'
import type { SpanHome } from './span-home.ts'
import { isTimeInput, readTime } from './time-input.ts'
import { TimedSpan } from './timed-span.ts'

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

type State = 'open' | 'ending' | 'ended'

/**
 * A span that records. It is at the same time what processors and exporters of the SDK for JavaScript call a
 * `ReadableSpan`, and what they change in it goes out changed. No method throws, whatever it is given.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/#span
 */
export class RecordingSpan extends TimedSpan implements Span, EndedSpan, RecordedSpan<RecordingSpan> {
  name: string
  readonly kind: SpanKind
  #status: SpanStatus | undefined = undefined
  #list: AttributeList | undefined = undefined
  #deferred: DeferredAttributes | undefined = undefined
  #droppedAttributes = 0
  #events: TimedEvent[] | undefined = undefined
  #droppedEvents = 0
  #links: SpanLink[] | undefined = undefined
  #droppedLinks = 0
  #state: State = 'open'
  #isWarned = false

  /** Use a {@link Tracer}. */
  constructor(
    home: SpanHome,
    local: LocalTrace,
    traceFlags: number,
    traceState: TraceState | undefined,
    parent: SpanContext | undefined,
    name: string,
    kind: SpanKind,
    startTime: HrTime | undefined,
  ) {
    super(home, local, traceFlags, traceState, parent, startTime)
    this.name = name
    this.kind = kind
  }

  get resource(): ReadableResource {
    return this.home.resource
  }

  get instrumentationScope(): InstrumentationScope {
    return this.home.scope
  }

  get ended(): boolean {
    return this.#state === 'ended'
  }

  get status(): SpanStatus {
    return (this.#status ??= { code: SpanStatusCode.UNSET })
  }

  set status(status: SpanStatus) {
    this.#status = status
  }

  /** The status if there is one: reading it makes none. */
  get statusIfSet(): SpanStatus | undefined {
    return this.#status
  }

  get attributes(): Attributes {
    this.#fillDeferred()
    return (this.#list ??= new AttributeList()).bag
  }

  /** One attribute, without making the object of all of them. */
  attribute(key: string): unknown {
    if (this.#deferred?.has(key) === true) this.#fillDeferred()
    return this.#list?.get(key)
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
    const texts = this.#list?.entries.reduce<number>(
      (sum, part) => sum + (typeof part === 'string' ? part.length : 16),
      0,
    )
    const parts = (this.#events?.length ?? 0) + (this.#links?.length ?? 0)
    return SPAN_BYTES + (texts ?? 0) + parts * PART_BYTES
  }

  get list(): AttributeList | undefined {
    return this.#list
  }

  get deferred(): DeferredAttributes | undefined {
    return this.#deferred
  }

  get droppedAttributesCount(): number {
    return this.#droppedAttributes
  }

  get events(): TimedEvent[] {
    return (this.#events ??= [])
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

  get linksIfAny(): readonly SpanLink[] | undefined {
    return this.#links
  }

  get droppedLinksCount(): number {
    return this.#droppedLinks
  }

  isRecording(): boolean {
    return this.#state !== 'ended'
  }

  setAttribute(key: string, value: unknown): this {
    if (this.#state === 'ended') return this.#refuse()
    if (value === undefined) return this
    if (typeof key !== 'string' || key === '') return this.#refuseKey(key, value)
    const { limits } = this.home
    const copied = typeof value === 'boolean' ? value : copyValue(value, limits.valueLength)
    let maxCount = limits.count
    if (this.#deferred !== undefined) {
      if (this.#deferred.has(key)) this.#fillDeferred()
      else maxCount -= this.#deferred.count
    }
    const list = (this.#list ??= new AttributeList())
    if (copied !== INVALID) {
      if (!list.put(key, copied, maxCount)) this.#droppedAttributes++
    } else if (list.count >= maxCount && list.get(key) === undefined) {
      this.#droppedAttributes++
    } else {
      warnOfInvalid(key)
    }
    return this
  }

  setAttributes(attributes: Attributes): this {
    if (this.#state === 'ended') return this.#refuse()
    if (typeof attributes !== 'object' || attributes === null) return this
    for (const key of Object.keys(attributes)) this.setAttribute(key, readMember(attributes, key))
    return this
  }

  /** Those that a span begins with: what is not valid counts as dropped, too. For a {@link Tracer}. */
  setFirstAttributes(attributes: Attributes): void {
    if (typeof attributes !== 'object' || attributes === null) return
    const { limits } = this.home
    const list = (this.#list ??= new AttributeList())
    for (const key of Object.keys(attributes)) {
      const value = readMember(attributes, key)
      if (value === undefined) continue
      const copied = key === '' ? INVALID : copyValue(value, limits.valueLength)
      if (copied === INVALID) warnOfInvalid(key)
      if (copied === INVALID || !list.put(key, copied, limits.count)) this.#droppedAttributes++
    }
  }

  /** Attributes that are put together only when somebody asks. Before any other attribute. */
  setDeferredAttributes(deferred: DeferredAttributes): void {
    this.#deferred = deferred
  }

  addEvent(name: string, attributesOrTime?: unknown, time?: unknown): this {
    if (this.#state === 'ended') return this.#refuse()
    const { limits, clock } = this.home
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
    if (this.#state === 'ended') return void this.#refuse()
    const attributes = exceptionAttributes(exception)
    if (attributes === undefined) diag.warn('An exception has neither type nor message, so it was not recorded')
    else this.addEvent(EXCEPTION_EVENT, attributes, time)
  }

  addLink(link: Link): this {
    if (this.#state === 'ended') return this.#refuse()
    const { limits } = this.home
    const linked: unknown = link?.context
    if (limits.linkCount === 0 || typeof linked !== 'object' || linked === null) {
      this.#droppedLinks++
      return this
    }
    const links = (this.#links ??= [])
    if (links.length >= limits.linkCount) {
      links.shift()
      this.#droppedLinks++
    }
    links.push({ context: link.context, ...cleanAttributes(link.attributes, limits.countPerLink, limits.valueLength) })
    return this
  }

  addLinks(links: readonly Link[]): this {
    if (this.#state === 'ended') return this.#refuse()
    if (Array.isArray(links)) for (const link of links) this.addLink(link)
    return this
  }

  setStatus(status: SpanStatus): this {
    if (this.#state === 'ended') return this.#refuse()
    const code = status?.code
    if (code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR) return this
    if (this.#status?.code === SpanStatusCode.OK) return this
    const { message } = status
    if (code !== SpanStatusCode.ERROR || message === undefined || message === null) this.#status = { code }
    else if (typeof message === 'string') this.#status = { code, message }
    else {
      this.#status = { code }
      diag.warn(`A status message is of type ${typeof message}, so it was left out`)
    }
    return this
  }

  updateName(name: string): this {
    if (this.#state === 'ended') return this.#refuse()
    this.name = toText(name)
    return this
  }

  end(endTime?: unknown): void {
    if (this.#state !== 'open') return void this.#refuse()
    const { home } = this
    const { processors } = home
    this.stop(endTime)
    this.#state = 'ending'
    const { any } = processors
    if (any) processors.onEnding(this)
    this.#state = 'ended'
    if (any) processors.onEnd(this)
    if ((this.traceFlags & 1) !== 0) encodeEndedSpan(home.chunk, this, this.traceFlags, this.traceState)
    else if (this.local.tree !== undefined) home.recorded?.onEnd(this)
  }

  /**
   * Sends a span that was recorded and not sampled, as if it had been sampled.
   *
   * @param traceState what goes out, where the sampling decision shows in it
   * @param attributes why it is kept
   */
  keep(traceState: TraceState | undefined, attributes: Attributes): void {
    for (const key of Object.keys(attributes)) {
      ;(this.#list ??= new AttributeList()).put(key, attributes[key], Number.POSITIVE_INFINITY)
    }
    encodeEndedSpan(this.home.chunk, this, this.traceFlags | 1, traceState)
  }

  #fillDeferred(): void {
    const deferred = this.#deferred
    if (deferred === undefined) return
    this.#deferred = undefined
    const list = new AttributeList()
    const { limits } = this.home
    deferred.fill((key, value) => void list.put(key, copyValue(value, limits.valueLength), limits.count))
    const later = this.#list
    this.#list = list
    if (later === undefined) return
    for (const [key, value] of Object.entries(later.bag)) list.put(key, value, limits.count)
  }

  /** A call that comes too late. Said once for each span: some code does it for every one. */
  #refuse(): this {
    if (!this.#isWarned) diag.warn('A span was changed or ended again after its end')
    this.#isWarned = true
    return this
  }

  #refuseKey(key: unknown, value: unknown): this {
    if (typeof key === 'number') return this.setAttribute(String(key), value)
    warnOfInvalid('')
    return this
  }
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
