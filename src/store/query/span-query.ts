import type { SpanKindName, SpanStatusName } from '../span-words.ts'
import { kindName, statusName } from '../span-words.ts'
import type { StoredSpan } from '../stored-item.ts'
import { type AttributeMatch, compileAttributeMatch } from './attribute-match.ts'
import { compileQuery, type Condition, type ConditionTable } from './condition.ts'
import { type Moment, toUnixNano } from './moment.ts'
import { compileTextMatch, type TextMatch } from './text-match.ts'

/** Which spans to find. All conditions must hold; without any, every span is meant. */
export interface SpanQuery {
  /** 32 hexadecimal digits, in either case. */
  readonly traceId?: string
  /** 16 hexadecimal digits, in either case. */
  readonly spanId?: string
  /** Id of the parent; an empty text finds spans without one. */
  readonly parentSpanId?: string
  readonly service?: TextMatch
  readonly name?: TextMatch
  readonly kind?: SpanKindName
  readonly status?: SpanStatusName
  /** A key that must be there (`'db.system.name'`), or keys with values (`{ 'http.route': '/orders' }`). */
  readonly attribute?: AttributeMatch
  /** The same for the attributes of the resource. */
  readonly resource?: AttributeMatch
  /** Name of the instrumentation scope. */
  readonly scope?: TextMatch
  /** Started at this moment or later. */
  readonly from?: Moment
  /** Started before this moment. */
  readonly before?: Moment
  /** Anything else. */
  readonly where?: (span: StoredSpan) => boolean
}

const CONDITIONS: ConditionTable<SpanQuery, StoredSpan> = {
  traceId: { words: 'trace id is', compile: hasId('traceId') },
  spanId: { words: 'span id is', compile: hasId('spanId') },
  parentSpanId: { words: 'parent span id is', compile: hasId('parentSpanId') },
  service: { words: 'service is', compile: (match) => on((span) => span.service, compileTextMatch(match)) },
  name: { words: 'name is', compile: (match) => on((span) => span.name, compileTextMatch(match)) },
  kind: { words: 'kind is', compile: (kind) => (span) => kindName(span.kind) === kind },
  status: { words: 'status is', compile: (status) => (span) => statusName(span.status.code) === status },
  attribute: {
    words: 'attribute is',
    compile: (match) => on((span) => span.attributes, compileAttributeMatch(match)),
  },
  resource: {
    words: 'resource attribute is',
    compile: (match) => on((span) => span.resource.attributes, compileAttributeMatch(match)),
  },
  scope: { words: 'scope is', compile: (match) => on((span) => span.scope.name, compileTextMatch(match)) },
  from: {
    words: 'starts at or after',
    compile: (moment) =>
      on(
        (span) => span.startTimeUnixNano,
        (time) => time >= toUnixNano(moment),
      ),
  },
  before: {
    words: 'starts before',
    compile: (moment) =>
      on(
        (span) => span.startTimeUnixNano,
        (time) => time < toUnixNano(moment),
      ),
  },
  where: { words: 'is accepted by', compile: (accepts) => accepts },
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a condition that does not exist */
export function compileSpanQuery(query: SpanQuery): readonly Condition<StoredSpan>[] {
  return compileQuery('query of spans', query, CONDITIONS)
}

function on<V>(pick: (span: StoredSpan) => V, test: (value: V) => boolean): (span: StoredSpan) => boolean {
  return (span) => test(pick(span))
}

function hasId(field: 'traceId' | 'spanId' | 'parentSpanId'): (id: string) => (span: StoredSpan) => boolean {
  return (id) => {
    const wanted = id.toLowerCase()
    return (span) => span[field] === wanted
  }
}
