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
export {
  type ArrivingRequest,
  type RetryAfterRange,
  SHEDDING_PRESET,
  type SheddingHandle,
  type SheddingLimits,
  type SheddingLimitsByListener,
  type SheddingOptions,
} from '../server/shedding/shedding-options.ts'
export type {
  Bound,
  ComponentContext,
  ComponentKind,
  ComponentLimits,
  Handle,
  ListenerDefinition,
  Needs,
  ResourceDefinition,
  TaskContext,
  TaskDefinition,
  Values,
} from '../service/component.ts'
export type {
  RestartBackoff,
  RestartIntensity,
  RestartKind,
  RunExtras,
  SupervisionOptions,
  TaskGroup,
} from '../recovery/supervisor/supervision-options.ts'
export type {
  Eventual,
  Started,
  StartUpBackoff,
  StartUpOptions,
  StartUpPolicy,
} from '../recovery/start-up/start-up-options.ts'
export type { ListenerTlsOptions } from '../service/tls/tls-options.ts'
export type { CertificateFiles } from '../service/tls/certificate-files.ts'
export type { FollowedCertificate, TlsContextOptions } from '../service/tls/tls-options.ts'
export type { ConsumerDefinition, EndContext, Work } from '../service/consumer.ts'
export type { WorkContext } from '../lifecycle/work-ledger.ts'
export type {
  ErrorRateOptions,
  ServiceConfigOptions,
  ServicePostCheckOptions,
  ServiceReloadOptions,
} from '../service/reload/reload-options.ts'
export type { RuntimeSettings, ServerTimeouts } from '../service/settings/runtime-settings.ts'
export type { CrashOptions } from '../service/crash/crash-options.ts'
export type {
  AdminOptions,
  ServiceHealthOptions,
  ServiceLoggingOptions,
  ServiceOptions,
  ServiceTelemetryOptions,
} from '../service/service-options.ts'
export {
  type DatabaseIdentity,
  type DatabaseOperation,
  DatabaseSpans,
  type DatabaseSpansOptions,
} from '../telemetry/database/database-span.ts'
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
export { HealthChecker } from '../health/health-checker.ts'
export type {
  HealthCheckContext,
  HealthCheckDefinition,
  HealthCheckResult,
  HealthCheckThresholds,
  HealthGroup,
  HealthGroupOptions,
  HealthThresholds,
} from '../health/health-check.ts'
export type { HealthCheckerOptions } from '../health/health-checker-options.ts'
export type { HealthTransition, HealthTransitionListener } from '../health/health-events.ts'
export type { HealthHandlerOptions } from '../health/health-handler.ts'
export type { CheckReport, HealthReport } from '../health/health-report.ts'
export type { CheckStatus, HealthStatus } from '../health/health-status.ts'
export { tcpCheck } from '../health/checks/tcp-check.ts'
export {
  createLogging,
  type LastWordsOptions,
  type LogFlush,
  type Logging,
  type LoggingOptions,
} from '../logging/logging.ts'
export type { LogLevel } from '../logging/log-level.ts'
export type { LastingLevels, LevelChange, LevelOverride, LogLevels } from '../logging/run-time-levels.ts'
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
