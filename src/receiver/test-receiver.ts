import { systemClock } from '../core/clock.ts'
import { type Duration, DURATION_FORM, parseDuration } from '../core/duration.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { compileLogQuery, type LogQuery } from '../store/query/log-query.ts'
import { compileMetricQuery, type MetricQuery } from '../store/query/metric-query.ts'
import { compileSpanQuery, type SpanQuery } from '../store/query/span-query.ts'
import type { MetricSeries } from '../store/series-index.ts'
import type { StoredLog, StoredMetricPoint, StoredSpan } from '../store/stored-item.ts'
import type { TelemetryStore } from '../store/telemetry-store.ts'
import { printable } from '../store/view/printable.ts'
import type { TraceTree } from '../store/view/trace-tree.ts'
import { bodyText } from '../store/body-text.ts'
import type { ReceiverCounts } from './counts.ts'
import type { Fault } from './fault.ts'
import { type OtelProtocol, otelEnvironment } from './otel-environment.ts'
import type { ReceiverOptions } from './options.ts'
import { createReceiver, type Receiver, type ReceiverAddress } from './receiver.ts'
import { type Expected, type Patience, waitForArrival } from './wait-for-arrival.ts'

/** How long to wait for telemetry. */
export interface WaitOptions {
  /**
   * After this time the wait fails. Milliseconds, or a text such as `"10s"`.
   *
   * @default 5s: many times what {@link TestReceiver.environment} lets a service gather a batch
   */
  readonly timeout?: Duration
}

const DEFAULT_TIMEOUT_MS = 5_000
const NAME_LENGTH = 120

/**
 * How soon a service in a test sends what it has, in milliseconds. The defaults of the specification, 5 s for spans and
 * 60 s for metrics, are longer than a test waits.
 */
const PROMPT = {
  OTEL_BSP_SCHEDULE_DELAY: '100',
  OTEL_BLRP_SCHEDULE_DELAY: '100',
  OTEL_METRIC_EXPORT_INTERVAL: '500',
}

/**
 * A started OTLP receiver with what a test needs: the environment that points a service at it, waiting that is no
 * sleeping, and queries. Made by {@link startReceiver}.
 */
export class TestReceiver {
  readonly #receiver: Receiver
  readonly #address: ReceiverAddress
  readonly #patience: Omit<Patience, 'limitMs'>
  readonly #stopped = new AbortController()

  /** @internal */
  constructor(receiver: Receiver, address: ReceiverAddress, clock: Patience['clock']) {
    this.#receiver = receiver
    this.#address = address
    this.#patience = { clock, stopped: this.#stopped.signal, remarks: () => this.#remarks() }
  }

  get port(): number {
    return this.#address.port
  }

  /** For exporters over HTTP, without the path of a signal: `http://127.0.0.1:41234`. */
  get endpoint(): string {
    return this.#address.endpoint
  }

  /** For exporters over gRPC; the same port. */
  get grpcEndpoint(): string {
    return this.#address.grpcEndpoint
  }

  /** Everything that arrived and is still stored; see {@link TelemetryStore}. */
  get store(): TelemetryStore {
    return this.#receiver.store
  }

  /** How many requests and items came in, by signal and transport, and what was wrong with others. */
  get counts(): ReceiverCounts {
    return this.#receiver.counts
  }

  /** How it fails now; `undefined` when it does not. */
  get fault(): Fault | undefined {
    return this.#receiver.fault
  }

  /**
   * Makes the receiver fail from now on, or (with nothing) work again, to see how a service copes. Resolves when it does.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, `SEA_RECEIVER_STOPPED`
   * @example
   * ```ts
   * await receiver.setFault({ kind: 'status', httpStatus: 503, retryAfter: '1s', requests: 2 })
   * ```
   */
  setFault(fault: Fault | undefined): Promise<void> {
    return this.#receiver.setFault(fault)
  }

  /**
   * The variables that make a service send here, to be put over its environment. They also undo what is set for single
   * signals, and have spans and log records sent after 100 ms and metrics every 500 ms, so that what a running service
   * does can be waited for. To try other delays, put `OTEL_BSP_SCHEDULE_DELAY`, `OTEL_BLRP_SCHEDULE_DELAY` or
   * `OTEL_METRIC_EXPORT_INTERVAL` over it.
   *
   * @param protocol how the service should send
   * @example
   * ```ts
   * const child = spawn('node', ['server.js'], { env: { ...process.env, ...receiver.environment('grpc') } })
   * ```
   */
  environment(protocol: OtelProtocol = 'http/protobuf'): Record<string, string> {
    return { ...otelEnvironment(this.#address, protocol), ...PROMPT }
  }

  /**
   * The spans that arrived so far and meet every condition, in order of arrival.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a condition that does not exist or is `undefined`
   */
  spans(query: SpanQuery = {}): StoredSpan[] {
    return this.store.spans(query)
  }

  /**
   * The log records that arrived so far and meet every condition, in order of arrival.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a condition that does not exist or is `undefined`
   */
  logs(query: LogQuery = {}): StoredLog[] {
    return this.store.logs(query)
  }

  /**
   * The metric series that arrived so far and meet every condition, each with its latest point.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a condition that does not exist or is `undefined`
   */
  metrics(query: MetricQuery = {}): MetricSeries[] {
    return this.store.metrics(query)
  }

  /** The spans of a trace as a tree, or `undefined` when none has arrived. Print it with {@link renderTraceTree}. */
  trace(traceId: string): TraceTree | undefined {
    return this.store.trace(traceId)
  }

  /**
   * Waits for a span; one that has already arrived counts. Resolves at the moment of arrival.
   *
   * @throws {@link SeaworthyError} `SEA_TESTING_TIMED_OUT` naming the conditions and what did arrive;
   *   `SEA_RECEIVER_STOPPED` when the receiver is stopped meanwhile; `SEA_OPTIONS_INVALID`
   * @example
   * ```ts
   * const span = await receiver.waitForSpan({ service: 'orders', kind: 'server', attribute: { 'http.route': '/orders' } })
   * expect(span.attributes['http.response.status_code']).toBe(201)
   * ```
   */
  async waitForSpan(query: SpanQuery, options: WaitOptions = {}): Promise<StoredSpan> {
    return first(await this.waitForSpans(1, query, options))
  }

  /**
   * Waits until `count` spans meet the conditions, and resolves with the first of them.
   *
   * @throws {@link SeaworthyError} as {@link TestReceiver.waitForSpan}
   */
  async waitForSpans(count: number, query: SpanQuery = {}, options: WaitOptions = {}): Promise<StoredSpan[]> {
    return this.#wait(options, {
      noun: 'span',
      delay: 'OTEL_BSP_SCHEDULE_DELAY, 5s by default',
      conditions: compileSpanQuery(query),
      count,
      arrived: () => this.store.spans(),
      onArrival: (listener) => this.store.on('span', listener),
      nameOf: (span) => `${printable(span.service, NAME_LENGTH)}: ${printable(span.name, NAME_LENGTH)}`,
    })
  }

  /**
   * Waits for a log record; one that has already arrived counts.
   *
   * @throws {@link SeaworthyError} as {@link TestReceiver.waitForSpan}
   * @example
   * ```ts
   * const record = await receiver.waitForLog({ service: 'orders', minSeverity: 'warn', body: 'payment declined' })
   * ```
   */
  async waitForLog(query: LogQuery, options: WaitOptions = {}): Promise<StoredLog> {
    const expected: Expected<StoredLog> = {
      noun: 'log record',
      delay: 'OTEL_BLRP_SCHEDULE_DELAY, 1s by default',
      conditions: compileLogQuery(query),
      count: 1,
      arrived: () => this.store.logs(),
      onArrival: (listener) => this.store.on('log', listener),
      nameOf: (record) => `${printable(record.service, NAME_LENGTH)}: ${printable(bodyText(record.body), NAME_LENGTH)}`,
    }
    return first(await this.#wait(options, expected))
  }

  /**
   * Waits for a point of a metric. The latest point of each series that has already arrived counts.
   *
   * @throws {@link SeaworthyError} as {@link TestReceiver.waitForSpan}
   * @example
   * ```ts
   * await receiver.waitForMetric({ name: 'orders.placed', where: (point) => point.type === 'sum' && point.value >= 3 })
   * ```
   */
  async waitForMetric(query: MetricQuery, options: WaitOptions = {}): Promise<StoredMetricPoint> {
    const expected: Expected<StoredMetricPoint> = {
      noun: 'metric point',
      delay: 'OTEL_METRIC_EXPORT_INTERVAL, 60s by default',
      conditions: compileMetricQuery(query),
      count: 1,
      arrived: () => this.store.metrics().map((series) => series.latest),
      onArrival: (listener) => this.store.on('metric', listener),
      nameOf: (point) =>
        `${printable(point.service, NAME_LENGTH)}: ${printable(point.name, NAME_LENGTH)} (${point.type})`,
    }
    return first(await this.#wait(options, expected))
  }

  /** Forgets what arrived, such as between two tests. The receiver goes on. */
  clear(): void {
    this.store.clear()
  }

  /** Stops listening and cuts every connection; waits under way are refused. Safe to call again; never rejects. */
  async stop(): Promise<void> {
    await this.#receiver.stop()
    this.#stopped.abort()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #wait<T>(options: WaitOptions, expected: Expected<T>): Promise<T[]> {
    const limitMs = parseDuration(options.timeout ?? DEFAULT_TIMEOUT_MS)
    if (limitMs === undefined || !Number.isInteger(expected.count) || expected.count < 1) {
      const problem =
        limitMs === undefined ? `the timeout must be ${DURATION_FORM}` : 'the count must be a whole number from 1'
      throw new SeaworthyError('SEA_OPTIONS_INVALID', `Waiting for a ${expected.noun}: ${problem}`)
    }
    return waitForArrival(expected, { ...this.#patience, limitMs })
  }

  /** What the receiver could not take in: usually the reason why something is missing. */
  #remarks(): string[] {
    const { total, protocolErrors } = this.counts
    const errors = Object.entries(protocolErrors).filter(([, count]) => count > 0)
    const lines = [`The receiver answered ${total.requests} export requests`]
    if (errors.length > 0) lines.push(`and refused: ${errors.map(([kind, count]) => `${count} × ${kind}`).join(', ')}`)
    return [lines.join(' ')]
  }
}

/**
 * Starts an OTLP receiver in this process, on any free port of the loopback, for a test to look at what a service sends:
 * traces, metrics and logs, over HTTP (protobuf, JSON) and gRPC. What it keeps is bounded; see {@link StoreOptions}.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, `SEA_RECEIVER_PORT_TAKEN`, `SEA_RECEIVER_LISTEN_FAILED`
 * @example
 * ```ts
 * import { startReceiver } from 'seaworthy/testing'
 *
 * test('placing an order is traced', async () => {
 *   await using receiver = await startReceiver()
 *   await using service = await startMyService({ env: receiver.environment() })
 *
 *   await fetch(`${service.url}/orders`, { method: 'POST', body: '{}' })
 *
 *   const span = await receiver.waitForSpan({ service: 'orders', name: 'POST /orders' })
 *   expect(receiver.trace(span.traceId)?.services).toEqual(['orders', 'payments'])
 * })
 * ```
 */
export async function startReceiver(options: ReceiverOptions = {}): Promise<TestReceiver> {
  const receiver = createReceiver(options)
  return new TestReceiver(receiver, await receiver.start(), options.clock ?? systemClock)
}

function first<T>(items: readonly T[]): T {
  return items[0] as T
}
