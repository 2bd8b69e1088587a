export { SeaworthyError, isSeaworthyError } from '../core/seaworthy-error.ts'
export { ERRORS, type ErrorCode } from '../core/error-table.ts'
export { type Clock, systemClock } from '../core/clock.ts'
export { type Duration, parseDuration } from '../core/duration.ts'
export { type Log, silentLog } from '../core/log.ts'
export { createService, Service } from '../service/service.ts'
export type {
  AdoptServer,
  Application,
  ApplicationHooks,
  Listenable,
  Listening,
  ListenTarget,
  SelfListeningApplication,
  ServerApplication,
} from '../service/listenable.ts'
export type { RouteOf, SayGoodbye, TrackableServer } from '../server/server-drain.ts'
export { attach, type AttachOptions } from '../service/attach.ts'
export type {
  Bound,
  ComponentContext,
  ComponentKind,
  ComponentLimits,
  Handle,
  ListenerDefinition,
  Needs,
  ResourceDefinition,
  TaskDefinition,
  Values,
} from '../service/component.ts'
export type { ConsumerDefinition, EndContext, Work } from '../service/consumer.ts'
export type { WorkContext } from '../lifecycle/work-ledger.ts'
export type {
  AdminOptions,
  ServiceLoggingOptions,
  ServiceOptions,
  ServiceTelemetryOptions,
} from '../service/service-options.ts'
export { DatabaseSpans, type DatabaseIdentity } from '../telemetry/database/database-span.ts'
export { FinalFlush, type Flusher, type FlushOutcome, processFinalFlush } from '../core/final-flush.ts'
export { EXIT_CODE } from '../lifecycle/exit-code.ts'
export { GracefulShutdown } from '../lifecycle/graceful-shutdown.ts'
export type {
  GracefulShutdownOptions,
  ShutdownHandler,
  ShutdownHandlerContext,
} from '../lifecycle/graceful-shutdown-options.ts'
export type { PhaseName, PhaseRecord, ShutdownReason, ShutdownReport } from '../lifecycle/shutdown-report.ts'
export type { BudgetVerdict, ShutdownBudget, ShutdownBudgetOptions } from '../lifecycle/shutdown-budget.ts'
export type { BudgetOrigin, BudgetPart } from '../lifecycle/budget-origin.ts'
export { type BudgetExplanation, type BudgetLine, explainBudget } from '../lifecycle/budget-explanation.ts'
export { renderBudget } from '../lifecycle/budget-table.ts'
export type { BudgetFlags, BudgetSurroundings } from '../lifecycle/grace-period.ts'
export {
  type CheckReport,
  type CheckStatus,
  HealthChecker,
  type HealthCheckContext,
  type HealthCheckDefinition,
  type HealthCheckerOptions,
  type HealthCheckResult,
  type HealthGroup,
  type HealthHandlerOptions,
  type HealthReport,
  type HealthStatus,
} from '../health/health-checker.ts'
export { tcpCheck } from '../health/tcp-check.ts'
export {
  createLogging,
  type LastWordsOptions,
  type LogFlush,
  type Logging,
  type LoggingOptions,
} from '../logging/logging.ts'
export type { LogLevel } from '../logging/log-level.ts'
export { createTelemetry, type Telemetry, type TelemetryOptions } from '../telemetry/telemetry.ts'
export type { ScrapeAnswer, ScrapeRequest } from '../telemetry/prometheus/scrape.ts'
export type { ServiceTelemetry } from '../telemetry/telemetry-options.ts'
export type { TelemetryEngineOptions } from '../telemetry/engine-options.ts'
export type { SdkProviders, TelemetryProvider, WholeSdk } from '../telemetry/provider/telemetry-provider.ts'
export type { TelemetrySampling } from '../telemetry/sampling-handle.ts'
export type { SamplingReport } from '../telemetry/sampling/sampling.ts'
export type {
  ResolvedSamplingPlan,
  SamplingAmount,
  SamplingKeep,
  SamplingPlan,
  SamplingRule,
} from '../telemetry/sampling/sampling-plan.ts'
export { lateMeterProvider } from '../telemetry/metrics/late-meter-provider.ts'
export type { MetricAggregation, MetricView } from '../telemetry/metrics/metric-view.ts'
export type { SpoolOptions } from '../telemetry/spool/spool-options.ts'
export type { SpanProcessor } from '../telemetry/trace/span-processor.ts'
export type { FinishedSpan, ProcessedSpan } from '../telemetry/trace/processed-span.ts'
export type { LogRecordProcessor } from '../telemetry/logs/log-record-processor.ts'
export type { ProcessedLogRecord } from '../telemetry/logs/processed-log-record.ts'
export type { SignalAccount } from '../telemetry/pipeline/signal-account.ts'
export { setHttpRoute } from '../telemetry/instrumentation/http-route.ts'
export { signalOf } from '../server/request-signal.ts'
export { type LoadConfigOptions, loadConfig, type LoadedConfig } from '../config/load-config.ts'
export type { PartialConfig } from '../config/load-config-options.ts'
export type { OptionalFile } from '../config/config-file.ts'
export type { ConfigEntry } from '../config/explanation.ts'
export type { ConfigSource } from '../config/origin.ts'
export { Secret, toSecret } from '../config/secret.ts'
