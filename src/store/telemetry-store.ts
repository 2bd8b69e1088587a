import type { ExportRequest, Signal } from '../otlp/model.ts'
import { type ArrivalKind, type ArrivalListener, Arrivals } from './arrivals.ts'
import { BoundedLog } from './bounded-log.ts'
import { toStoredPoints } from './metric-points.ts'
import { countItems, forEachItem } from './origin.ts'
import { resolveStoreOptions, type ResolvedStoreOptions, type StoreOptions } from './options.ts'
import { matchesAll } from './query/condition.ts'
import { compileLogQuery, type LogQuery } from './query/log-query.ts'
import { compileMetricQuery, type MetricQuery } from './query/metric-query.ts'
import { compileSpanQuery, type SpanQuery } from './query/span-query.ts'
import { type MetricSeries, SeriesIndex } from './series-index.ts'
import type { StoredLog, StoredMetricPoint, StoredSpan } from './stored-item.ts'
import { TraceIndex } from './trace-index.ts'
import { buildTraceTree, type TraceTree } from './view/trace-tree.ts'

/** What a store holds of one signal. */
export interface SignalStats {
  /** Items held now: spans, log records, metric points. */
  readonly stored: number
  /** Items that ever came in. `received = stored + evicted`, as long as nothing was cleared. */
  readonly received: number
  /** Items that had to leave because a limit was reached. */
  readonly evicted: number
  /** Bytes held now, as encoded on the wire. */
  readonly bytes: number
}

/**
 * Telemetry in memory, within stated bounds: see {@link StoreOptions}. Everything is kept as it came, also a span that
 * was delivered twice. Queries answer in order of arrival.
 */
export class TelemetryStore {
  readonly #options: ResolvedStoreOptions
  readonly #arrivals = new Arrivals()
  readonly #spans: BoundedLog<StoredSpan>
  readonly #logs: BoundedLog<StoredLog>
  readonly #points: BoundedLog<StoredMetricPoint>
  readonly #spansByTrace = new TraceIndex<StoredSpan>()
  readonly #logsByTrace = new TraceIndex<StoredLog>()
  readonly #series = new SeriesIndex()
  readonly #received: Record<Signal, number> = { traces: 0, metrics: 0, logs: 0 }

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` */
  constructor(options: StoreOptions = {}) {
    this.#options = resolveStoreOptions(options)
    const { maxSpans, maxLogRecords, maxMetricPoints, maxBytesPerSignal: maxBytes } = this.#options
    this.#spans = new BoundedLog({ maxItems: maxSpans, maxBytes }, (span) => this.#spansByTrace.remove(span))
    this.#logs = new BoundedLog({ maxItems: maxLogRecords, maxBytes }, (record) => this.#logsByTrace.remove(record))
    this.#points = new BoundedLog({ maxItems: maxMetricPoints, maxBytes }, (point) => this.#series.remove(point))
  }

  /**
   * Takes in a request, all of it, then tells the listeners.
   *
   * @param wireBytes size of the request as it was encoded, without compression
   * @returns the number of items: spans, log records, metric points
   */
  add(signal: Signal, request: ExportRequest, wireBytes = 0): number {
    const count = countItems(signal, request)
    const share = Math.ceil(wireBytes / Math.max(1, count))
    this.#received[signal] += count
    switch (signal) {
      case 'traces':
        this.#addSpans(request as ExportRequest<'traces'>, share)
        break
      case 'metrics':
        this.#addPoints(request as ExportRequest<'metrics'>, share)
        break
      case 'logs':
        this.#addLogs(request as ExportRequest<'logs'>, share)
        break
    }
    return count
  }

  /**
   * The spans that meet every condition. By `traceId` this is a look-up, by anything else a pass over all spans.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a condition that does not exist or is `undefined`
   */
  spans(query: SpanQuery = {}): StoredSpan[] {
    const conditions = compileSpanQuery(query)
    const candidates = query.traceId === undefined ? this.#spans : this.#spansByTrace.get(query.traceId.toLowerCase())
    return [...candidates].filter((span) => matchesAll(span, conditions))
  }

  /**
   * The log records that meet every condition.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a condition that does not exist or is `undefined`
   */
  logs(query: LogQuery = {}): StoredLog[] {
    const conditions = compileLogQuery(query)
    const candidates = query.traceId === undefined ? this.#logs : this.#logsByTrace.get(query.traceId.toLowerCase())
    return [...candidates].filter((record) => matchesAll(record, conditions))
  }

  /**
   * The series whose latest point meets every condition, each with that point and all that are stored.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a condition that does not exist or is `undefined`
   */
  metrics(query: MetricQuery = {}): MetricSeries[] {
    const conditions = compileMetricQuery(query)
    return [...this.#series].filter((series) => matchesAll(series.latest, conditions))
  }

  /** The spans of a trace as a tree, or `undefined` when none is stored. */
  trace(traceId: string): TraceTree | undefined {
    const spans = [...this.#spansByTrace.get(traceId.toLowerCase())]
    return spans.length === 0 ? undefined : buildTraceTree(spans)
  }

  /** Ids of all traces of which a span is stored, in the order in which they were first seen. */
  get traceIds(): readonly string[] {
    return this.#spansByTrace.traceIds
  }

  /** Names of all services of which anything is stored, in alphabetical order. */
  get services(): readonly string[] {
    const names = new Set<string>()
    for (const items of [this.#spans, this.#logs, this.#points]) {
      for (const item of items) names.add(item.service)
    }
    return [...names].sort()
  }

  /** Calls the listener for each item that arrives from now on. The returned function ends that. */
  on<K extends ArrivalKind>(kind: K, listener: ArrivalListener<K>): () => void {
    return this.#arrivals.on(kind, listener)
  }

  /** How much is stored, and how much had to leave. */
  get stats(): Readonly<Record<Signal, SignalStats>> {
    const statsOf = (
      signal: Signal,
      items: { readonly count: number; readonly evicted: number; readonly bytes: number },
    ): SignalStats => ({
      stored: items.count,
      received: this.#received[signal],
      evicted: items.evicted,
      bytes: items.bytes,
    })
    return {
      traces: statsOf('traces', this.#spans),
      metrics: statsOf('metrics', this.#points),
      logs: statsOf('logs', this.#logs),
    }
  }

  /** Forgets all items. Listeners stay, and so do the figures of what was received and evicted. */
  clear(): void {
    for (const part of [this.#spans, this.#logs, this.#points, this.#spansByTrace, this.#logsByTrace, this.#series]) {
      part.clear()
    }
  }

  #addSpans(request: ExportRequest<'traces'>, share: number): void {
    const announcement = this.#arrivals.begin('span')
    forEachItem(request, this.#options.clock.now(), (item, origin) => {
      const span: StoredSpan = { ...item, ...origin }
      this.#spansByTrace.add(span)
      this.#spans.push(span, share)
      announcement.add(span)
    })
    announcement.send()
  }

  #addLogs(request: ExportRequest<'logs'>, share: number): void {
    const announcement = this.#arrivals.begin('log')
    forEachItem(request, this.#options.clock.now(), (item, origin) => {
      const record: StoredLog = { ...item, ...origin }
      this.#logsByTrace.add(record)
      this.#logs.push(record, share)
      announcement.add(record)
    })
    announcement.send()
  }

  #addPoints(request: ExportRequest<'metrics'>, share: number): void {
    const announcement = this.#arrivals.begin('metric')
    forEachItem(request, this.#options.clock.now(), (item, origin) => {
      for (const point of toStoredPoints(item, origin)) {
        this.#series.add(point)
        this.#points.push(point, share)
        announcement.add(point)
      }
    })
    announcement.send()
  }
}
