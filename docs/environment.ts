import type { SeaworthyVariable } from '../src/config/seaworthy-variables.ts'

/** An environment variable of Seaworthy's own. */
export interface OwnVariable {
  /** What its value looks like, with the range. */
  readonly form: string
  /** What holds when it is unset or empty. */
  readonly fallback: string
  readonly meaning: string
}

/** Every `SEAWORTHY_*` variable. */
export const OWN_VARIABLES: Readonly<Record<SeaworthyVariable, OwnVariable>> = {
  SEAWORTHY_ADMIN_OFF_LOOP: {
    form: '`true` or `false`',
    fallback: '`admin.offLoop`, or true',
    meaning: 'Whether a thread of its own answers the probes, also while the event loop is busy or stuck.',
  },
  SEAWORTHY_ADMIN_PORT: {
    form: 'port, 0 to 65535',
    fallback: '`admin.port`, or 9091',
    meaning: 'Where the probes are answered; 0 takes any free port. `seaworthy healthcheck` asks there.',
  },
  SEAWORTHY_ADMIN_STUCK_AFTER: {
    form: 'duration with its unit, such as `10s`, 500ms to 1h',
    fallback: '`admin.stuckAfter`, or 10s',
    meaning: 'After how long without a turn of the event loop `/livez` answers 503.',
  },
  SEAWORTHY_ADMIN_TOKEN: {
    form: 'text',
    fallback: '`admin.token`, or none: details from loopback only',
    meaning: 'Who sends it as `Authorization: Bearer …` sees the details of the checks.',
  },
  SEAWORTHY_CRASH_DIR: {
    form: 'path of a directory, or `off`',
    fallback: '`crash.directory`, or where telemetry waits (`SEAWORTHY_SPOOL_DIR`)',
    meaning:
      'Where a process that dies leaves what tells why. On Kubernetes, mount an `emptyDir` there: it outlives the container.',
  },
  SEAWORTHY_CRASH_HEAP_SNAPSHOTS: {
    form: 'whole number, 0 to 10',
    fallback: '`crash.heapSnapshots`, or 0',
    meaning:
      'How many snapshots of the heap V8 writes when it is about to run out of memory. Everything that is in memory is in them.',
  },
  SEAWORTHY_DRAIN_DELAY: {
    form: 'duration with its unit, such as `5s`, up to 1h; or 0',
    fallback: '`shutdown.drainDelay`, or 5s; none on a terminal',
    meaning: 'How long everything is still served after readiness has failed, until load balancers know.',
  },
  SEAWORTHY_FLUSH: {
    form: 'duration with its unit, such as `5s`, up to 1h; or 0',
    fallback: '4s; 1s on a terminal',
    meaning: 'With `seaworthy/register`: what is reserved for the delivery of telemetry at the end of a shutdown.',
  },
  SEAWORTHY_GRACE_SECONDS: {
    form: 'seconds, 1 to 86400',
    fallback: '30, assumed: a budget that does not fit only warns',
    meaning:
      'The time between SIGTERM and SIGKILL; the same number as `terminationGracePeriodSeconds`. A budget that does not fit refuses to start.',
  },
  SEAWORTHY_IN_FLIGHT: {
    form: 'duration with its unit, such as `5s`, up to 1h; or 0',
    fallback: '10s',
    meaning: 'With `seaworthy/register`: how long requests in flight may take to end in a shutdown.',
  },
  SEAWORTHY_LOG_LEVEL: {
    form: 'level',
    fallback: '`LOG_LEVEL`, then `logging.level`, or info',
    meaning: 'The least level of which lines are written.',
  },
  SEAWORTHY_METRICS_NAMES: {
    form: '`underscores` or `utf-8`',
    fallback: '`underscores`',
    meaning:
      'Names at `/metrics`: the same for every scraper (`http_server_request_duration_seconds`), or as they are in OpenTelemetry for a scraper that asks for UTF-8, as Prometheus 3 does.',
  },
  SEAWORTHY_METRICS_PAGE: {
    form: '`open`, `private` or `off`',
    fallback: '`admin.metrics`, or `open`',
    meaning: 'Who may see `/metrics` on the admin port: everybody, loopback and those with the admin token, or nobody.',
  },
  SEAWORTHY_PRE_STOP_SECONDS: {
    form: 'seconds, 0 to 86400',
    fallback: '0',
    meaning: 'What a `preStop` hook takes of the grace period before SIGTERM arrives.',
  },
  SEAWORTHY_REGISTER: {
    form: '`listen`, `start` or `off`',
    fallback: '`listen`',
    meaning:
      'With `seaworthy/register`: begin with the first server that listens, begin at once (for a worker that has no server), or do nothing. `start` is not passed on to child processes.',
  },
  SEAWORTHY_SPOOL_DIR: {
    form: 'path of a directory, or `off`',
    fallback: '`telemetry.spool`, or `seaworthy-<uid>` in the temporary directory of the machine',
    meaning:
      'Where telemetry waits on disk until it is delivered, across the end of the process. It holds what the telemetry holds, personal data among it. On Kubernetes, mount an `emptyDir` there: it outlives the container.',
  },
  SEAWORTHY_SPOOL_MAX_AGE: {
    form: 'duration with its unit, such as `24h`, from 1m to 30d',
    fallback: '`telemetry.spool.maxAge`, or 24h',
    meaning: 'How long telemetry waits on disk; what is older is dropped and counted as `spool_age`.',
  },
  SEAWORTHY_SPOOL_MAX_BYTES: {
    form: 'bytes, such as `134217728` or `128Mi`, from 1Mi to 1024Gi',
    fallback: '`telemetry.spool.maxBytes`, or 128Mi',
    meaning:
      'What all processes of a service may take on disk together; beyond it, the oldest is dropped and counted as `spool_full`.',
  },
  SEAWORTHY_STOP: {
    form: 'duration with its unit, such as `5s`, up to 1h; or 0',
    fallback: '4s',
    meaning: 'With `seaworthy/register`: how long the listeners of the signal that the application has may take.',
  },
  SEAWORTHY_TERMINATION_LOG: {
    form: 'path',
    fallback: '/dev/termination-log',
    meaning: 'Where the shutdown report goes for the kubelet; only into a file that is there already.',
  },
  SEAWORTHY_TRIAL: {
    form: 'text',
    fallback: 'none',
    meaning:
      'Set by `seaworthy trial` for each life of a service, by which its processes are known; a service does nothing with it.',
  },
  SEAWORTHY_TRIAL_RUN: {
    form: 'text',
    fallback: 'none',
    meaning: 'The same for a whole run: what is left of it is found and ended by it.',
  },
}

/** Names that services use before they know the standard ones; each warns once, and a standard name wins over it. */
export const ALIASES: Readonly<Record<string, string>> = {
  SERVICE_NAME: '`OTEL_SERVICE_NAME`',
  SERVICE_VERSION: '`service.version` in `OTEL_RESOURCE_ATTRIBUTES`',
  ENVIRONMENT: '`deployment.environment.name` in `OTEL_RESOURCE_ATTRIBUTES`',
  OTLP_ENDPOINT:
    '`OTEL_EXPORTER_OTLP_ENDPOINT`; without a scheme also `OTEL_EXPORTER_OTLP_PROTOCOL=grpc`, with TLS; port 4318 then refuses to start',
  TRACE_SAMPLE_RATE: '`OTEL_TRACES_SAMPLER=parentbased_traceidratio` with that ratio',
  METRIC_INTERVAL: '`OTEL_METRIC_EXPORT_INTERVAL`; needs a unit, such as `30s`',
}
