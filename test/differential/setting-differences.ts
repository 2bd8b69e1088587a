import type { Difference } from './compare.ts'
import { explains, judge, type KnownDifference } from './known-differences.ts'

/** As {@link KnownDifference}, of what variables do. */
export interface SettingDifference extends Omit<KnownDifference, 'setUps'> {
  /** The settings in which it must be met with. */
  readonly settings: RegExp
  /** For the table of the guide. */
  readonly variable: string
}

/** Whatever is not in here, nor in `KNOWN_DIFFERENCES`, is a failure; so is what is in here and does not happen. */
export const SETTING_DIFFERENCES: readonly SettingDifference[] = [
  {
    settings: /escapes/,
    variable: '`OTEL_RESOURCE_ATTRIBUTES`',
    where: /^resource$/,
    what: /^@empty$/,
    stock: '""',
    ours: undefined,
    title: 'an attribute without a value is left out',
    reason: 'It says nothing, and most often a variable of the deployment was empty.',
  },
  {
    settings: /^special limits/,
    variable: '`OTEL_RESOURCE_ATTRIBUTES`',
    where: /^resource$/,
    what: /^@(?:other|equals)$/,
    stock: undefined,
    title: 'a value may contain `=`, as in `key=a=b`',
    reason: 'The specification allows it; the stock SDK then leaves out the whole list.',
  },
  {
    settings: /^limits of each kind/,
    variable: '`OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`, `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT`',
    where: /^span /,
    what: /^(?:event|link) \d @/,
    ours: undefined,
    title: 'obeyed',
    reason: 'The stock SDK reads them and keeps every attribute.',
  },
  {
    settings: /^limits of nothing/,
    variable: '`OTEL_ATTRIBUTE_COUNT_LIMIT=0`',
    where: /^log /,
    what: /^(?:@|dropped attributes$)/,
    title: 'holds for log records as well',
    reason: 'Zero is a limit; the stock SDK takes it for none there, and for one in spans.',
  },
  {
    settings: /b3|all propagators/,
    variable: '`OTEL_PROPAGATORS` with `b3`, `b3multi`',
    where: /^program$/,
    what: /^from b3, not sampled$/,
    stock: /^\{"parent":"none"/,
    ours: /^\{"parent":\["drawn","drawn",0,true\]/,
    title: '`b3: 0`, a decision without ids, is obeyed',
    reason: 'The caller has said that this is not to be sampled; the stock propagator passes over it and samples.',
  },
  {
    settings: /b3multi|all propagators/,
    variable: '`OTEL_PROPAGATORS` with `b3multi`',
    where: /^program$/,
    what: /^fields$/,
    title: '`X-B3-ParentSpanId` is not among the fields',
    reason: 'The specification lists the headers that are written, and forbids to write this one.',
  },
  {
    settings: /exponential/,
    variable: '`OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`',
    where: /^metric /,
    what: /^(?:type|series \{\})$/,
    stock: /^(?:histogram$|count \d+, bounds )/,
    ours: /^(?:exponentialHistogram$|count \d+, sum .*scale )/,
    title: 'obeyed',
    reason: 'The stock SDK does not read it.',
  },
  {
    settings: /^disabled$/,
    variable: '`OTEL_SDK_DISABLED`',
    where: /^program$/,
    what: /^(?:context|fields|from (?:w3c|baggage))$/,
    title: 'the context of others still travels through the service',
    reason: 'The specification exempts the propagators; without them every trace that passes through is cut in two.',
  },
  {
    settings: /^no traces$/,
    variable: '`OTEL_TRACES_EXPORTER=none`',
    where: /^program$/,
    what: /^below /,
    stock: /"recording":"0\.0"/,
    title: 'spans are there, and go nowhere',
    reason: 'Log lines keep their ids, processors of spans work, and the services further on see one trace.',
  },
]

/** What no rule explains, general ones included, and the rules of settings that explain something. */
export function judgeSetting(
  setting: string,
  differences: readonly Difference[],
): { readonly unexplained: readonly Difference[]; readonly used: ReadonlySet<SettingDifference> } {
  const rules = SETTING_DIFFERENCES.filter(({ settings }) => settings.test(setting))
  const used = new Set<SettingDifference>()
  const unexplained = judge('engine', differences).unexplained.filter((difference) => {
    const rule = rules.find((each) => explains(each, difference))
    if (rule !== undefined) used.add(rule)
    return rule === undefined
  })
  return { unexplained, used }
}
