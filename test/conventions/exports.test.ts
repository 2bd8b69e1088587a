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
      "SHEDDING_PRESET",
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
      "type ArrivingRequest",
      "type AttachOptions",
      "type Bound",
      "type BudgetExplanation",
      "type BudgetFlags",
      "type BudgetLine",
      "type BudgetOrigin",
      "type BudgetPart",
      "type BudgetSurroundings",
      "type BudgetVerdict",
      "type CertificateFiles",
      "type CheckReport",
      "type CheckStatus",
      "type Clock",
      "type ComponentContext",
      "type ComponentKind",
      "type ComponentLimits",
      "type ConfigEntry",
      "type ConfigSource",
      "type ConsumerDefinition",
      "type CrashOptions",
      "type DatabaseIdentity",
      "type DatabaseOperation",
      "type DatabaseSpansOptions",
      "type Duration",
      "type EndContext",
      "type ErrorCode",
      "type ErrorRateOptions",
      "type Eventual",
      "type FinishedSpan",
      "type FlushOutcome",
      "type Flusher",
      "type FollowedCertificate",
      "type GracefulShutdownOptions",
      "type Handle",
      "type HealthCheckContext",
      "type HealthCheckDefinition",
      "type HealthCheckResult",
      "type HealthCheckThresholds",
      "type HealthCheckerOptions",
      "type HealthGroup",
      "type HealthGroupOptions",
      "type HealthHandlerOptions",
      "type HealthReport",
      "type HealthStatus",
      "type HealthThresholds",
      "type HealthTransition",
      "type HealthTransitionListener",
      "type LastWordsOptions",
      "type LastingLevels",
      "type LevelChange",
      "type LevelOverride",
      "type ListenTarget",
      "type Listenable",
      "type ListenerDefinition",
      "type ListenerTlsOptions",
      "type Listening",
      "type LoadConfigOptions",
      "type LoadedConfig",
      "type Log",
      "type LogFlush",
      "type LogLevel",
      "type LogLevels",
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
      "type RestartBackoff",
      "type RestartIntensity",
      "type RestartKind",
      "type RetryAfterRange",
      "type RouteOf",
      "type RunExtras",
      "type RuntimeSettings",
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
      "type ServerTimeouts",
      "type ServiceConfigOptions",
      "type ServiceHealthOptions",
      "type ServiceLoggingOptions",
      "type ServiceOptions",
      "type ServicePostCheckOptions",
      "type ServiceReloadOptions",
      "type ServiceTelemetry",
      "type ServiceTelemetryOptions",
      "type SheddingHandle",
      "type SheddingLimits",
      "type SheddingLimitsByListener",
      "type SheddingOptions",
      "type ShutdownBudget",
      "type ShutdownBudgetOptions",
      "type ShutdownHandler",
      "type ShutdownHandlerContext",
      "type ShutdownReason",
      "type ShutdownReport",
      "type SignalAccount",
      "type SpanProcessor",
      "type SpoolOptions",
      "type StartUpBackoff",
      "type StartUpOptions",
      "type StartUpPolicy",
      "type Started",
      "type SupervisionOptions",
      "type TaskContext",
      "type TaskDefinition",
      "type TaskGroup",
      "type Telemetry",
      "type TelemetryEngineOptions",
      "type TelemetryOptions",
      "type TelemetryProvider",
      "type TelemetrySampling",
      "type TlsContextOptions",
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

test('the names of "seaworthy/checks"', () => {
  expect(exportedNames('src/public/checks.ts')).toMatchInlineSnapshot(`
    [
      "amqpCheck",
      "certificateCheck",
      "diskSpaceCheck",
      "dnsCheck",
      "eventLoopCheck",
      "grpcHealthCheck",
      "httpCheck",
      "memoryCheck",
      "mongoCheck",
      "mysqlCheck",
      "natsCheck",
      "postgresCheck",
      "redisCheck",
      "tcpCheck",
      "type AmqpCheckConnection",
      "type CertificateCheckOptions",
      "type CertificateSourceOptions",
      "type CheckTlsOptions",
      "type ClientSource",
      "type DiskSpaceCheckOptions",
      "type DnsCheckOptions",
      "type EventLoopCheckOptions",
      "type GrpcHealthCheckOptions",
      "type HttpCheckOptions",
      "type MemoryCheckOptions",
      "type MongoPinger",
      "type MysqlCheckOptions",
      "type MysqlCheckPool",
      "type NatsFlusher",
      "type Pem",
      "type PgCheckClient",
      "type PgCheckPool",
      "type PostgresCheckOptions",
      "type ReadyCheckOptions",
      "type RedisPinger",
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

test('the names of "seaworthy/ioredis"', () => {
  expect(exportedNames('src/adapters/ioredis.ts')).toMatchInlineSnapshot(`
    [
      "ioredis",
      "type DatabaseBreakerOptions",
      "type IoredisClient",
      "type IoredisOptions",
    ]
  `)
})

test('the names of "seaworthy/mongodb"', () => {
  expect(exportedNames('src/adapters/mongodb.ts')).toMatchInlineSnapshot(`
    [
      "mongodb",
      "type DatabaseBreakerOptions",
      "type MongoClientLike",
      "type MongodbOptions",
    ]
  `)
})

test('the names of "seaworthy/redis"', () => {
  expect(exportedNames('src/adapters/redis.ts')).toMatchInlineSnapshot(`
    [
      "redis",
      "type DatabaseBreakerOptions",
      "type RedisClient",
      "type RedisOptions",
    ]
  `)
})

test('the names of "seaworthy/mysql2"', () => {
  expect(exportedNames('src/adapters/mysql2.ts')).toMatchInlineSnapshot(`
    [
      "mysql",
      "type DatabaseBreakerOptions",
      "type MysqlOptions",
      "type MysqlPool",
    ]
  `)
})

test('the names of "seaworthy/postgres"', () => {
  expect(exportedNames('src/adapters/postgres.ts')).toMatchInlineSnapshot(`
    [
      "pgListener",
      "postgres",
      "type DatabaseBreakerOptions",
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

test('the names of "seaworthy/resilience"', () => {
  expect(exportedNames('src/public/resilience.ts')).toMatchInlineSnapshot(`
    [
      "PolicyError",
      "activeDeadline",
      "classifyError",
      "createBreaker",
      "createPolicy",
      "readDeadline",
      "resilientFetch",
      "shedLoad",
      "type BackoffOptions",
      "type Breaker",
      "type BreakerOptions",
      "type BreakerState",
      "type CallContext",
      "type CallOptions",
      "type ClassifyErrorOptions",
      "type Deadline",
      "type ErrorCategory",
      "type ErrorClass",
      "type Policy",
      "type PolicyBreakerOptions",
      "type PolicyBulkheadOptions",
      "type PolicyErrorOptions",
      "type PolicyHealthCheck",
      "type PolicyOptions",
      "type PolicyRetryOptions",
      "type PolicyTimeoutOptions",
      "type ResilientFetchOptions",
      "type RetryBudgetOptions",
      "type ServerShedding",
      "type ShedLoadOptions",
      "withDeadline",
    ]
  `)
})

test('the names of "seaworthy/problem"', () => {
  expect(exportedNames('src/public/problem.ts')).toMatchInlineSnapshot(`
    [
      "HttpProblem",
      "SUPERSEDED_HEADERS",
      "answerErrors",
      "answerProblem",
      "isHttpProblem",
      "problemAnswer",
      "problemMembers",
      "problemOf",
      "reportFailure",
      "tellsOfLeaving",
      "type AnyIncoming",
      "type AnyOutgoing",
      "type Failure",
      "type FailureOutcome",
      "type HttpProblemOptions",
      "type Problem",
      "type ProblemAnswer",
    ]
  `)
})

test('the names of "seaworthy/reload"', () => {
  expect(exportedNames('src/public/reload.ts')).toMatchInlineSnapshot(`
    [
      "createReloader",
      "reloadCertificates",
      "type CertificateFacts",
      "type CertificateFiles",
      "type CertificateReload",
      "type CertificateReloads",
      "type ConfigChange",
      "type ConfigPath",
      "type ConfigRejection",
      "type ConfigSnapshot",
      "type ConfigSubscriber",
      "type ConfigUpdate",
      "type FollowedCertificate",
      "type PostCheckOptions",
      "type ReloadCertificatesOptions",
      "type ReloadCheck",
      "type ReloadOutcome",
      "type ReloadResult",
      "type ReloadableConfig",
      "type Reloader",
      "type ReloaderOptions",
      "type ReloaderState",
      "type RestartChange",
      "type TlsContextOptions",
    ]
  `)
})

const { exports, bin } = readManifest()
const subpaths = Object.entries(exports).filter(([subpath]) => subpath !== './package.json')

test('the subpaths that package.json exports', () => {
  expect(subpaths.map(([subpath]) => subpath)).toEqual([
    '.',
    './checks',
    './reload',
    './express',
    './fastify',
    './grpc',
    './hono',
    './koa',
    './nest',
    './socket.io',
    './amqplib',
    './bullmq',
    './ioredis',
    './kafka',
    './mongodb',
    './mysql2',
    './postgres',
    './redis',
    './schedule',
    './problem',
    './register',
    './resilience',
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
