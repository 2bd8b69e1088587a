import { bodyText } from '../body-text.ts'
import { LOWEST_SEVERITY, severityName, type SeverityName } from '../severity.ts'
import type { StoredLog } from '../stored-item.ts'
import { type AttributeMatch, compileAttributeMatch } from './attribute-match.ts'
import { compileQuery, type Condition, type ConditionTable } from './condition.ts'
import { type Moment, toUnixNano } from './moment.ts'
import { compileTextMatch, type TextMatch } from './text-match.ts'

/** Which log records to find. All conditions must hold; without any, every record is meant. */
export interface LogQuery {
  /** 32 hexadecimal digits, in either case. */
  readonly traceId?: string
  /** 16 hexadecimal digits, in either case. */
  readonly spanId?: string
  readonly service?: TextMatch
  /** Exactly this severity. */
  readonly severity?: SeverityName
  /** This severity or a higher one. */
  readonly minSeverity?: SeverityName
  /** A text that the body must contain, or a pattern. A body that is no text is searched as JSON. */
  readonly body?: TextMatch
  readonly eventName?: TextMatch
  /** A key that must be there, or keys with values. */
  readonly attribute?: AttributeMatch
  /** The same for the attributes of the resource. */
  readonly resource?: AttributeMatch
  /** Name of the instrumentation scope. */
  readonly scope?: TextMatch
  /** Happened (or, without a time of its own, was observed) at this moment or later. */
  readonly from?: Moment
  /** Happened before this moment. */
  readonly before?: Moment
  /** Anything else. */
  readonly where?: (record: StoredLog) => boolean
}

const CONDITIONS: ConditionTable<LogQuery, StoredLog> = {
  traceId: { words: 'trace id is', compile: (id) => (record) => record.traceId === id.toLowerCase() },
  spanId: { words: 'span id is', compile: (id) => (record) => record.spanId === id.toLowerCase() },
  service: { words: 'service is', compile: (match) => on((record) => record.service, compileTextMatch(match)) },
  severity: { words: 'severity is', compile: (name) => (record) => severityName(record.severityNumber) === name },
  minSeverity: {
    words: 'severity is at least',
    compile: (name) => (record) => record.severityNumber >= LOWEST_SEVERITY[name],
  },
  body: {
    words: 'body contains',
    compile: (match) =>
      on(
        (record) => bodyText(record.body),
        typeof match === 'string' ? (text) => text.includes(match) : compileTextMatch(match),
      ),
  },
  eventName: { words: 'event name is', compile: (match) => on((record) => record.eventName, compileTextMatch(match)) },
  attribute: {
    words: 'attribute is',
    compile: (match) => on((record) => record.attributes, compileAttributeMatch(match)),
  },
  resource: {
    words: 'resource attribute is',
    compile: (match) => on((record) => record.resource.attributes, compileAttributeMatch(match)),
  },
  scope: { words: 'scope is', compile: (match) => on((record) => record.scope.name, compileTextMatch(match)) },
  from: { words: 'happened at or after', compile: (moment) => on(timeOf, (time) => time >= toUnixNano(moment)) },
  before: { words: 'happened before', compile: (moment) => on(timeOf, (time) => time < toUnixNano(moment)) },
  where: { words: 'is accepted by', compile: (accepts) => accepts },
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a condition that does not exist */
export function compileLogQuery(query: LogQuery): readonly Condition<StoredLog>[] {
  return compileQuery('query of logs', query, CONDITIONS)
}

function timeOf(record: StoredLog): bigint {
  return record.timeUnixNano === 0n ? record.observedTimeUnixNano : record.timeUnixNano
}

function on<V>(pick: (record: StoredLog) => V, test: (value: V) => boolean): (record: StoredLog) => boolean {
  return (record) => test(pick(record))
}
