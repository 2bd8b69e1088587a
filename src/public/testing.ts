/**
 * `seaworthy/testing`: what the tests of a service need to see the telemetry it sends, and to move time instead of
 * waiting for it.
 *
 * @module
 */
export { type Cancel, type Clock, type ScheduleOptions, systemClock } from '../core/clock.ts'
export { type Duration } from '../core/duration.ts'
export { ManualClock } from '../core/manual-clock.ts'
export { ERRORS, type ErrorCode } from '../core/error-table.ts'
export { isSeaworthyError, SeaworthyError } from '../core/seaworthy-error.ts'
export type { Attributes, AttributeValue, Resource, Scope, SpanEvent, SpanLink } from '../otlp/model.ts'
export { startReceiver, TestReceiver, type WaitOptions } from '../receiver/test-receiver.ts'
export { type ReceiverOptions } from '../receiver/options.ts'
export {
  type BlackholeFault,
  type CutFault,
  type Fault,
  type FaultEnd,
  type FaultKind,
  type FlapFault,
  type GarbageFault,
  type GoawayFault,
  type LostAnswer,
  type PartialFault,
  type RefuseFault,
  type RequestFaultEnd,
  type ResetFault,
  type SlowFault,
  type StatusFault,
  type SteadyFault,
  type SynBlackholeFault,
  type TrickleFault,
} from '../receiver/fault.ts'
export { type CustomAnswer, type ReceivedExport, type Respond } from '../receiver/respond.ts'
export { type ProtocolErrorKind, type ReceiverCounts, type SignalCounts, type Transport } from '../receiver/counts.ts'
export { type OtelProtocol } from '../receiver/otel-environment.ts'
export { type StoreOptions } from '../store/options.ts'
export { type SignalStats, TelemetryStore } from '../store/telemetry-store.ts'
export { type StoredLog, type StoredMetricPoint, type StoredSpan } from '../store/stored-item.ts'
export { type MetricSeries } from '../store/series-index.ts'
export { type SpanQuery } from '../store/query/span-query.ts'
export { type LogQuery } from '../store/query/log-query.ts'
export { type MetricQuery } from '../store/query/metric-query.ts'
export { type AttributeExpectation, type AttributeMatch } from '../store/query/attribute-match.ts'
export { type TextMatch } from '../store/query/text-match.ts'
export { type Moment } from '../store/query/moment.ts'
export { type TraceRow, type TraceTree } from '../store/view/trace-tree.ts'
export { renderTraceTree, type TraceTextOptions } from '../store/view/trace-text.ts'
export { type SeverityName } from '../store/severity.ts'
export { type SpanKindName, type SpanStatusName } from '../store/span-words.ts'
