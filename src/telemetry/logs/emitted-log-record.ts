import {
  type Attributes,
  type Context,
  diag,
  type HrTime,
  isSpanContextValid,
  type LogRecord,
  type SeverityNumber,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import type { InstrumentationScope } from '../encode/chunk-frame.ts'
import type { AttributeLimits } from '../env/limits-env.ts'
import { ownKeys, readMember, warnOfInvalid } from '../trace/attribute-list.ts'
import { copyValue, INVALID, setOwn } from '../trace/attribute-value.ts'
import type { ReadableResource } from '../trace/readable-resource.ts'
import type { SpanClock } from '../trace/span-clock.ts'
import { readTime } from '../trace/time-input.ts'
import { readException } from './exception-fields.ts'

/** What all records of a logger share. */
export interface LogHome {
  readonly scope: InstrumentationScope
  /** Whether records belong to no span, unless they name one themselves. */
  readonly isDetached: boolean
  readonly resource: ReadableResource
  readonly limits: AttributeLimits
  readonly clock: SpanClock
}

/**
 * A record as processors and exporters of the SDK for JavaScript read and change it (`ReadWriteLogRecord`); it is made only
 * where there are such. Once every processor has seen it, it can be read but no longer be changed.
 */
export class EmittedLogRecord {
  readonly resource: ReadableResource
  readonly instrumentationScope: InstrumentationScope
  readonly attributes: Attributes = {}
  readonly #limits: AttributeLimits
  #hrTime: HrTime
  #hrTimeObserved: HrTime
  #spanContext: SpanContext | undefined
  #severityNumber: SeverityNumber | undefined
  #severityText: string | undefined
  #body: unknown
  #eventName: string | undefined
  #count = 0
  #dropped = 0
  #isSealed = false

  constructor(home: LogHome, record: LogRecord, context: Context) {
    const now = home.clock.now()
    const nowTime = home.clock.anchorAt(now).hrTimeAt(now)
    this.resource = home.resource
    this.instrumentationScope = home.scope
    this.#limits = home.limits
    this.#hrTime = readTime(record.timestamp, home.clock) ?? nowTime
    this.#hrTimeObserved = readTime(record.observedTimestamp, home.clock) ?? nowTime
    const spanContext = trace.getSpanContext(context)
    this.#spanContext = spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined
    this.#severityNumber = record.severityNumber
    this.#severityText = record.severityText
    this.#body = copyBody(record.body)
    this.#eventName = record.eventName
    this.setAttributes(record.attributes ?? {})
    if (record.exception !== undefined && record.exception !== null) this.#setException(record.exception)
  }

  get hrTime(): HrTime {
    return this.#hrTime
  }
  set hrTime(value: HrTime) {
    if (this.#mayChange()) this.#hrTime = value
  }

  get hrTimeObserved(): HrTime {
    return this.#hrTimeObserved
  }
  set hrTimeObserved(value: HrTime) {
    if (this.#mayChange()) this.#hrTimeObserved = value
  }

  get spanContext(): SpanContext | undefined {
    return this.#spanContext
  }
  set spanContext(value: SpanContext | undefined) {
    if (this.#mayChange()) this.#spanContext = value
  }

  get severityNumber(): SeverityNumber | undefined {
    return this.#severityNumber
  }
  set severityNumber(value: SeverityNumber | undefined) {
    if (this.#mayChange()) this.#severityNumber = value
  }

  get severityText(): string | undefined {
    return this.#severityText
  }
  set severityText(value: string | undefined) {
    if (this.#mayChange()) this.#severityText = value
  }

  get body(): unknown {
    return this.#body
  }
  set body(value: unknown) {
    if (this.#mayChange()) this.#body = value
  }

  get eventName(): string | undefined {
    return this.#eventName
  }
  set eventName(value: string | undefined) {
    if (this.#mayChange()) this.#eventName = value
  }

  get droppedAttributesCount(): number {
    return this.#dropped
  }

  setAttribute(key: string, value?: unknown): this {
    if (value === undefined || !this.#mayChange()) return this
    const isNew = !Object.hasOwn(this.attributes, key)
    if (key !== '' && isNew && this.#count >= this.#limits.count) {
      this.#dropped++
      return this
    }
    const copy = key === '' ? INVALID : copyValue(value, this.#limits.valueLength)
    if (copy === INVALID) {
      warnOfInvalid(key)
      return this
    }
    setOwn(this.attributes, key, copy)
    if (isNew) this.#count++
    return this
  }

  setAttributes(attributes: Attributes): this {
    if (typeof attributes !== 'object' || attributes === null) return this
    for (const key of ownKeys(attributes)) this.setAttribute(key, readMember(attributes, key))
    return this
  }

  setBody(body: unknown): this {
    this.body = body
    return this
  }

  setEventName(eventName: string): this {
    this.eventName = eventName
    return this
  }

  setSeverityNumber(severityNumber: SeverityNumber): this {
    this.severityNumber = severityNumber
    return this
  }

  setSeverityText(severityText: string): this {
    this.severityText = severityText
    return this
  }

  /** From now on it can only be read. */
  seal(): void {
    this.#isSealed = true
  }

  #setException(exception: unknown): void {
    const fields = readException(exception)
    const set = (key: string, value: string | undefined): void => {
      if (!Object.hasOwn(this.attributes, key)) this.setAttribute(key, value)
    }
    set('exception.type', fields?.type)
    set('exception.message', fields?.message)
    set('exception.stacktrace', fields?.stack)
  }

  #mayChange(): boolean {
    if (this.#isSealed) diag.warn('A log record was to be changed after it was emitted')
    return !this.#isSealed
  }
}

/** The owner of a body may change it later on. */
function copyBody(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  const copy = copyValue(body, Number.POSITIVE_INFINITY)
  return copy === INVALID ? body : copy
}
