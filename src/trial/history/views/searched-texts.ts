import type { AttributeText } from '../telemetry-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'

/** A text that came out of the service, and where. */
export interface SearchedText {
  /** Such as `stdout` or `attribute url.query of the span GET /`: never a part of the text itself. */
  readonly place: string
  readonly text: string
  readonly at: number
  readonly request?: number
}

/**
 * Everything that a service lets out: what it writes, what it exports, what it answers in an error, how it is called.
 *
 * @yields each text once
 */
export function* searchedTexts(lifetime: Lifetime): Generator<SearchedText> {
  for (const { at, stream, line } of eventsOf(lifetime, 'output')) yield { place: stream, text: line, at }
  const resources = new Set<string>()
  for (const event of lifetime.events) {
    if (event.kind === 'span' || event.kind === 'log' || event.kind === 'metric') {
      const { sender, at } = event
      // Not by the object: each export may have brought one of its own.
      const content = JSON.stringify(sender.resource)
      if (!resources.has(content)) {
        resources.add(content)
        yield* attributes(sender.resource, 'resource attribute', '', at)
      }
    }
  }
  for (const { at, name, attributes: own, events, statusMessage, traceState } of eventsOf(lifetime, 'span')) {
    yield { place: 'name of a span', text: name, at }
    yield { place: 'status of a span', text: statusMessage, at }
    yield { place: 'tracestate of a span', text: traceState, at }
    yield* attributes(own, 'attribute', ' of a span', at)
    for (const event of events) {
      yield { place: "name of a span's event", text: event.name, at }
      yield* attributes(event.attributes, 'attribute', " of a span's event", at)
    }
  }
  for (const { at, body, attributes: own } of eventsOf(lifetime, 'log')) {
    yield { place: 'body of a log record', text: body, at }
    yield* attributes(own, 'attribute', ' of a log record', at)
  }
  for (const { at, name, attributes: own } of eventsOf(lifetime, 'metric')) {
    yield* attributes(own, 'attribute', ` of the metric ${name}`, at)
  }
  for (const { at, id, status = 0, body } of eventsOf(lifetime, 'request')) {
    if (status >= 400 && body !== undefined)
      yield { place: `body of an answer with ${status}`, text: body, at, request: id }
  }
  for (const { at, path, body } of eventsOf(lifetime, 'probe')) {
    if (body !== undefined) yield { place: `body of the probe ${path}`, text: body, at }
  }
  for (const kind of ['spawned', 'process-seen'] as const) {
    for (const { at, command } of eventsOf(lifetime, kind))
      yield { place: 'command line of a process', text: command, at }
  }
}

function* attributes(
  own: Readonly<Record<string, AttributeText>>,
  before: string,
  behind: string,
  at: number,
): Generator<SearchedText> {
  for (const [name, value] of Object.entries(own)) {
    yield { place: `${before} ${name}${behind}`, text: String(value), at }
    // A secret may be a part of a name, too; the place must not say it then.
    yield { place: `name of an ${before}${behind}`, text: name, at }
  }
}
