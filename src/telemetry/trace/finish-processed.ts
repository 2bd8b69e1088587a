import { diag } from '@opentelemetry/api'
import type { FinishedSpan } from './processed-span.ts'

/** Accessors of a span that processors shall find as plain members, and whether its class takes another value. */
const SHOWN = {
  attributes: true,
  events: true,
  links: true,
  startTime: true,
  endTime: true,
  status: true,
  parentSpanContext: false,
  duration: false,
  ended: false,
  resource: false,
  instrumentationScope: false,
  droppedAttributesCount: false,
  droppedEventsCount: false,
  droppedLinksCount: false,
} as const satisfies Partial<Record<keyof FinishedSpan, boolean>>
const KEYS = Object.keys(SHOWN) as (keyof typeof SHOWN)[]

/**
 * Shows a span that has ended to processors as the SDK has it: an object of plain members, to which one can assign
 * others, and which can be wrapped (`Object.create(span, …)`, `new Proxy(span, …)`) and spread. What is assigned to one
 * that can be replaced goes out. It costs some microseconds, which only spans with processors pay.
 */
export function finishProcessed<S extends FinishedSpan>(span: S, process: (span: S) => void): void {
  const before = KEYS.map((key) => span[key])
  KEYS.forEach((key, index) => show(span, key, before[index]))
  const context = span.spanContext()
  show(span, 'spanContext', () => context)
  process(span)
  KEYS.forEach((key, index) => {
    try {
      take(span, key, before[index])
    } catch {
      diag.warn(`A span processor made "${key}" of a span unreadable, which goes out with its own`)
    }
  })
}

function take<S extends FinishedSpan>(span: S, key: keyof typeof SHOWN, before: unknown): void {
  const now = span[key]
  if (now === before) return
  // Past the plain member, to the setter of the class.
  if (SHOWN[key]) Reflect.set(Object.getPrototypeOf(span) as object, key, now, span)
  else diag.warn(`A span processor replaced "${key}" of a span, which goes out with its own`)
}

function show(span: object, key: string, value: unknown): void {
  Object.defineProperty(span, key, { value, writable: true, enumerable: true, configurable: true })
}
