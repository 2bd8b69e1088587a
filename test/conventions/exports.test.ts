import { expect, test } from 'vitest'
import { filesUnder, isThere, readManifest } from '../../scripts/repository-files.ts'
import { exportedNames, onlyReExports } from './exported-names.ts'

// What users can import is a contract: a change of it is a change of one of these lists, seen in review. Write them
// anew with: npx vitest run test/conventions/exports.test.ts -u

test('the names of "seaworthy"', () => {
  expect(exportedNames('src/public/index.ts')).toMatchInlineSnapshot(`
    [
      "DatabaseSpans",
      "ERRORS",
      "EXIT_CODE",
      "FinalFlush",
      "GracefulShutdown",
      "HealthChecker",
      "SeaworthyError",
      "Secret",
      "Service",
      "attach",
      "createLogging",
      "createService",
      "createTelemetry",
      "explainBudget",
      "isSeaworthyError",
      "lateMeterProvider",
      "loadConfig",
      "parseDuration",
      "processFinalFlush",
      "renderBudget",
      "setHttpRoute",
      "signalOf",
      "silentLog",
      "systemClock",
      "tcpCheck",
      "toSecret",
      "type AdminOptions",
      "type AdoptServer",
      "type Application",
      "type ApplicationHooks",
      "type AttachOptions",
      "type Bound",
      "type BudgetExplanation",
      "type BudgetFlags",
      "type BudgetLine",
      "type BudgetOrigin",
      "type BudgetPart",
      "type BudgetSurroundings",
      "type BudgetVerdict",
      "type CheckReport",
      "type CheckStatus",
      "type Clock",
      "type ComponentContext",
      "type ComponentKind",
      "type ComponentLimits",
      "type ConfigEntry",
      "type ConfigSource",
      "type ConsumerDefinition",
      "type DatabaseIdentity",
      "type Duration",
      "type EndContext",
      "type ErrorCode",
      "type FinishedSpan",
      "type FlushOutcome",
      "type Flusher",
      "type GracefulShutdownOptions",
      "type Handle",
      "type HealthCheckContext",
      "type HealthCheckDefinition",
      "type HealthCheckResult",
      "type HealthCheckerOptions",
      "type HealthGroup",
      "type HealthHandlerOptions",
      "type HealthReport",
      "type HealthStatus",
      "type LastWordsOptions",
      "type ListenTarget",
      "type Listenable",
      "type ListenerDefinition",
      "type Listening",
      "type LoadConfigOptions",
      "type LoadedConfig",
      "type Log",
      "type LogFlush",
      "type LogLevel",
      "type LogRecordProcessor",
      "type Logging",
      "type LoggingOptions",
      "type MetricAggregation",
      "type MetricView",
      "type Needs",
      "type OptionalFile",
      "type PartialConfig",
      "type PhaseName",
      "type PhaseRecord",
      "type ProcessedLogRecord",
      "type ProcessedSpan",
      "type ResolvedSamplingPlan",
      "type ResourceDefinition",
      "type RouteOf",
      "type SamplingAmount",
      "type SamplingKeep",
      "type SamplingPlan",
      "type SamplingReport",
      "type SamplingRule",
      "type SayGoodbye",
      "type ScrapeAnswer",
      "type ScrapeRequest",
      "type SdkProviders",
      "type SelfListeningApplication",
      "type ServerApplication",
      "type ServiceLoggingOptions",
      "type ServiceOptions",
      "type ServiceTelemetry",
      "type ServiceTelemetryOptions",
      "type ShutdownBudget",
      "type ShutdownBudgetOptions",
      "type ShutdownHandler",
      "type ShutdownHandlerContext",
      "type ShutdownReason",
      "type ShutdownReport",
      "type SignalAccount",
      "type SpanProcessor",
      "type SpoolOptions",
      "type TaskDefinition",
      "type Telemetry",
      "type TelemetryEngineOptions",
      "type TelemetryOptions",
      "type TelemetryProvider",
      "type TelemetrySampling",
      "type TrackableServer",
      "type Values",
      "type WholeSdk",
      "type Work",
      "type WorkContext",
    ]
  `)
})

test('the names of "seaworthy/testing"', () => {
  expect(exportedNames('src/public/testing.ts')).toMatchInlineSnapshot(`
    [
      "ERRORS",
      "ManualClock",
      "SeaworthyError",
      "TelemetryStore",
      "TestReceiver",
      "isSeaworthyError",
      "renderTraceTree",
      "startReceiver",
      "systemClock",
      "type AttributeExpectation",
      "type AttributeMatch",
      "type AttributeValue",
      "type Attributes",
      "type BlackholeFault",
      "type Cancel",
      "type Clock",
      "type CustomAnswer",
      "type CutFault",
      "type Duration",
      "type ErrorCode",
      "type Fault",
      "type FaultEnd",
      "type FaultKind",
      "type FlapFault",
      "type GarbageFault",
      "type GoawayFault",
      "type LogQuery",
      "type LostAnswer",
      "type MetricQuery",
      "type MetricSeries",
      "type Moment",
      "type OtelProtocol",
      "type PartialFault",
      "type ProtocolErrorKind",
      "type ReceivedExport",
      "type ReceiverCounts",
      "type ReceiverOptions",
      "type RefuseFault",
      "type RequestFaultEnd",
      "type ResetFault",
      "type Resource",
      "type Respond",
      "type ScheduleOptions",
      "type Scope",
      "type SeverityName",
      "type SignalCounts",
      "type SignalStats",
      "type SlowFault",
      "type SpanEvent",
      "type SpanKindName",
      "type SpanLink",
      "type SpanQuery",
      "type SpanStatusName",
      "type StatusFault",
      "type SteadyFault",
      "type StoreOptions",
      "type StoredLog",
      "type StoredMetricPoint",
      "type StoredSpan",
      "type SynBlackholeFault",
      "type TextMatch",
      "type TraceRow",
      "type TraceTextOptions",
      "type TraceTree",
      "type Transport",
      "type TrickleFault",
      "type WaitOptions",
    ]
  `)
})

test('the names of "seaworthy/sqlite"', () => {
  expect(exportedNames('src/adapters/sqlite.ts')).toMatchInlineSnapshot(`
    [
      "SqliteDatabase",
      "sqlite",
      "type SqliteOptions",
    ]
  `)
})

test('the names of "seaworthy/amqplib"', () => {
  expect(exportedNames('src/adapters/amqplib.ts')).toMatchInlineSnapshot(`
    [
      "AmqpPublisher",
      "amqp",
      "amqpPublisher",
      "type AmqpChannel",
      "type AmqpConfirmChannel",
      "type AmqpConfirmConnection",
      "type AmqpConnection",
      "type AmqpMessage",
      "type AmqpOptions",
      "type AmqpPublisherOptions",
      "type RunningAmqpConsumer",
    ]
  `)
})

test('the names of "seaworthy/bullmq"', () => {
  expect(exportedNames('src/adapters/bullmq.ts')).toMatchInlineSnapshot(`
    [
      "bullmq",
      "type BullmqJob",
      "type BullmqOptions",
      "type BullmqProcessor",
      "type BullmqWorker",
      "type JobContext",
      "type RunningBullmqWorker",
    ]
  `)
})

test('the names of "seaworthy/kafka"', () => {
  expect(exportedNames('src/adapters/kafka.ts')).toMatchInlineSnapshot(`
    [
      "kafka",
      "kafkaStream",
      "type KafkaConsumer",
      "type KafkaOptions",
      "type KafkaPayload",
      "type KafkaStream",
      "type KafkaStreamMessage",
      "type KafkaStreamOptions",
      "type OpenKafkaStream",
      "type RunningKafkaConsumer",
      "type RunningKafkaStream",
    ]
  `)
})

test('the names of "seaworthy/postgres"', () => {
  expect(exportedNames('src/adapters/postgres.ts')).toMatchInlineSnapshot(`
    [
      "pgListener",
      "postgres",
      "type PgListenerOptions",
      "type PostgresClient",
      "type PostgresErrors",
      "type PostgresNotification",
      "type PostgresOptions",
      "type PostgresPool",
      "type RunningPgListener",
    ]
  `)
})

test('the names of "seaworthy/schedule"', () => {
  expect(exportedNames('src/adapters/schedule.ts')).toMatchInlineSnapshot(`
    [
      "cron",
      "every",
      "type CronOptions",
      "type CronTimer",
      "type EveryOptions",
      "type RunContext",
      "type RunningSchedule",
    ]
  `)
})

const { exports, bin } = readManifest()
const subpaths = Object.entries(exports).filter(([subpath]) => subpath !== './package.json')

test('the subpaths that package.json exports', () => {
  expect(subpaths.map(([subpath]) => subpath)).toEqual([
    '.',
    './express',
    './fastify',
    './grpc',
    './hono',
    './koa',
    './nest',
    './socket.io',
    './amqplib',
    './bullmq',
    './kafka',
    './postgres',
    './schedule',
    './register',
    './sqlite',
    './testing',
    './ws',
  ])
})

test.each(subpaths)(
  '%s leads to the same file as source, as types and as built, and the source exists',
  (_, target) => {
    if (typeof target === 'string') throw new Error(`expected conditions, got ${target}`)
    const source = target['seaworthy-source'] ?? ''
    const built = source.replace('./src/', './dist/')
    expect(target).toEqual({
      'seaworthy-source': source,
      types: built.replace(/\.ts$/, '.d.ts'),
      default: built.replace(/\.ts$/, '.js'),
    })
    expect(isThere(source), source).toBe(true)
  },
)

test.each(subpaths)('%s exports at run time exactly the values that its source names', async (subpath, target) => {
  const source = typeof target === 'string' ? target : (target['seaworthy-source'] ?? '')
  const values = exportedNames(source.replace('./', '')).filter((name) => !name.startsWith('type '))
  const loaded = (await import(`seaworthy${subpath.slice(1)}`)) as object
  expect(Object.keys(loaded).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(values)
})

test('every public file and every adapter has its subpath', () => {
  const sources = new Set(subpaths.map(([, target]) => (typeof target === 'string' ? '' : target['seaworthy-source'])))
  const reachable = [...filesUnder('src/public'), ...filesUnder('src/adapters')].filter(
    (path) => path.split('/').length === 3,
  )
  expect(reachable.filter((path) => !sources.has(`./${path}`))).toEqual([])
})

test('public files only re-export', () => {
  expect(filesUnder('src/public').filter((path) => !onlyReExports(path))).toEqual([])
})

test('the command that package.json installs has a source', () => {
  for (const target of Object.values(bin ?? {})) {
    expect(isThere(target.replace('dist/', 'src/').replace(/\.js$/, '.ts')), target).toBe(true)
  }
})
