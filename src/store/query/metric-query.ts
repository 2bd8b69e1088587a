import type { StoredMetricPoint } from '../stored-item.ts'
import { type AttributeMatch, compileAttributeMatch } from './attribute-match.ts'
import { compileQuery, type Condition, type ConditionTable } from './condition.ts'
import { compileTextMatch, type TextMatch } from './text-match.ts'

/** Which metrics to find. All conditions must hold; without any, every metric is meant. */
export interface MetricQuery {
  readonly name?: TextMatch
  readonly service?: TextMatch
  readonly type?: StoredMetricPoint['type']
  readonly unit?: TextMatch
  /** A key that must be there, or keys with values, of the point. */
  readonly attribute?: AttributeMatch
  /** The same for the attributes of the resource. */
  readonly resource?: AttributeMatch
  /** Name of the instrumentation scope. */
  readonly scope?: TextMatch
  /** Anything else; of a series, its latest point is asked. */
  readonly where?: (point: StoredMetricPoint) => boolean
}

const CONDITIONS: ConditionTable<MetricQuery, StoredMetricPoint> = {
  name: { words: 'name is', compile: (match) => on((point) => point.name, compileTextMatch(match)) },
  service: { words: 'service is', compile: (match) => on((point) => point.service, compileTextMatch(match)) },
  type: { words: 'type is', compile: (type) => (point) => point.type === type },
  unit: { words: 'unit is', compile: (match) => on((point) => point.unit, compileTextMatch(match)) },
  attribute: {
    words: 'attribute is',
    compile: (match) => on((point) => point.attributes, compileAttributeMatch(match)),
  },
  resource: {
    words: 'resource attribute is',
    compile: (match) => on((point) => point.resource.attributes, compileAttributeMatch(match)),
  },
  scope: { words: 'scope is', compile: (match) => on((point) => point.scope.name, compileTextMatch(match)) },
  where: { words: 'is accepted by', compile: (accepts) => accepts },
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a condition that does not exist */
export function compileMetricQuery(query: MetricQuery): readonly Condition<StoredMetricPoint>[] {
  return compileQuery('query of metrics', query, CONDITIONS)
}

function on<V>(
  pick: (point: StoredMetricPoint) => V,
  test: (value: V) => boolean,
): (point: StoredMetricPoint) => boolean {
  return (point) => test(pick(point))
}
