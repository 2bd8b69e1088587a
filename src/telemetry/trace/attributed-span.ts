import { type Attributes, diag } from '@opentelemetry/api'
import { AttributeList, ownKeys, readMember, warnOfInvalid } from './attribute-list.ts'
import { copyValue, INVALID } from './attribute-value.ts'
import type { DeferredAttributes } from './deferred-attributes.ts'
import { TimedSpan } from './timed-span.ts'

/** A span that can be described, until it has ended. */
export abstract class AttributedSpan extends TimedSpan {
  protected state: 'open' | 'ending' | 'ended' = 'open'
  #list: AttributeList | undefined = undefined
  #deferred: DeferredAttributes | undefined = undefined
  #droppedAttributes = 0
  #isWarned = false

  get ended(): boolean {
    return this.state === 'ended'
  }

  isRecording(): boolean {
    return this.state !== 'ended'
  }

  get attributes(): Attributes {
    this.#fillDeferred()
    return (this.#list ??= new AttributeList()).bag
  }

  /** Takes all of them away and puts others there, past all checks: a processor that redacts does that. */
  set attributes(attributes: Attributes) {
    this.#deferred = undefined
    this.#list = typeof attributes === 'object' && attributes !== null ? AttributeList.of(attributes) : undefined
  }

  /** One attribute, without making the object of all of them. */
  attribute(key: string): unknown {
    if (this.#deferred?.has(key) === true) this.#fillDeferred()
    return this.#list?.get(key)
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

  setAttribute(key: string, value: unknown): this {
    if (this.state === 'ended') return this.refuse()
    if (value === undefined) return this
    if (typeof key !== 'string' || key === '') return this.#refuseKey(key, value)
    const { limits } = this.surroundings
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
    if (this.state === 'ended') return this.refuse()
    if (typeof attributes !== 'object' || attributes === null) return this
    for (const key of ownKeys(attributes)) this.setAttribute(key, readMember(attributes, key))
    return this
  }

  /** Those that a span begins with: what is not valid counts as dropped, too. For a {@link Tracer}. */
  setFirstAttributes(attributes: Attributes): void {
    if (typeof attributes !== 'object' || attributes === null) return
    const { limits } = this.surroundings
    const list = (this.#list ??= new AttributeList())
    for (const key of ownKeys(attributes)) {
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

  /** Past all limits and after the end, for what the telemetry itself has to say. */
  protected addOwnAttributes(attributes: Attributes): void {
    const list = (this.#list ??= new AttributeList())
    for (const key of Object.keys(attributes)) list.put(key, attributes[key], Number.POSITIVE_INFINITY)
  }

  /** A call that comes too late. Said once for each span: some code does it for every one. */
  protected refuse(): this {
    if (!this.#isWarned) diag.warn('A span was changed or ended again after its end')
    this.#isWarned = true
    return this
  }

  #refuseKey(key: unknown, value: unknown): this {
    if (typeof key === 'number') return this.setAttribute(String(key), value)
    warnOfInvalid('')
    return this
  }

  #fillDeferred(): void {
    const deferred = this.#deferred
    if (deferred === undefined) return
    this.#deferred = undefined
    const list = new AttributeList()
    const { limits } = this.surroundings
    deferred.fill((key, value) => void list.put(key, copyValue(value, limits.valueLength), limits.count))
    const later = this.#list
    this.#list = list
    if (later === undefined) return
    for (const [key, value] of Object.entries(later.bag)) list.put(key, value, limits.count)
  }
}
