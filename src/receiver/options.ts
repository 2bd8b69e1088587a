import { type Clock, systemClock } from '../core/clock.ts'
import { type Log, silentLog } from '../core/log.ts'
import { OptionReader } from '../core/option-reader.ts'
import { TelemetryStore } from '../store/telemetry-store.ts'
import type { Fault } from './fault.ts'
import type { OnExport } from './ended-export.ts'
import type { Respond } from './respond.ts'

/** Options of {@link createReceiver}. */
export interface ReceiverOptions {
  /**
   * Port to listen on, 0 to 65535.
   *
   * @default 0: any that is free, told by `start()`
   */
  readonly port?: number
  /**
   * Address to listen on.
   *
   * @default 127.0.0.1: what a receiver takes in it shows, so the network is not invited
   */
  readonly host?: string
  /**
   * Where telemetry is put. Give one store to several receivers, one after the other, to see it across an outage.
   *
   * @default a new store with its own defaults
   */
  readonly store?: TelemetryStore
  /**
   * Largest body of a request after decompression, in bytes, 1 KiB to 1 GiB. Larger ones get 413, or RESOURCE_EXHAUSTED.
   *
   * @default 64 MiB, as OTLP recommends
   * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
   */
  readonly maxBodyBytes?: number
  /**
   * Memory that all bodies being received may take together, in bytes, `maxBodyBytes` to 16 GiB. What doesn't fit gets
   * 503 or UNAVAILABLE, and the sender is asked to come back.
   *
   * @default four times `maxBodyBytes`
   */
  readonly maxBufferedBytes?: number
  /**
   * Connections at the same time, 1 to 100_000. Further ones are closed at once, and counted.
   *
   * @default 1_000
   */
  readonly maxConnections?: number
  /**
   * Milliseconds that a connection may take to open an HTTP exchange: the HTTP/2 opening, or the headers of an HTTP/1.1
   * request. 50 to 600_000.
   *
   * @default 10_000
   */
  readonly headersTimeoutMs?: number
  /**
   * Milliseconds from the headers of a request to the end of its body, 50 to 3_600_000. Later it gets 408, or
   * DEADLINE_EXCEEDED.
   *
   * @default 60_000: 64 MiB at 9 Mbit/s
   */
  readonly requestTimeoutMs?: number
  /**
   * Milliseconds after which a connection without any traffic is closed, 1_000 to 3_600_000.
   *
   * @default 300_000: longer than exporters usually pause, so that they need not connect again for each batch
   */
  readonly idleTimeoutMs?: number
  /**
   * Milliseconds that `stop()` gives to requests under way before it cuts them, 0 to 60_000.
   *
   * @default 1_000
   */
  readonly stopGraceMs?: number
  /** Answers otherwise than with success, such as to try how a sender copes. Not asked while a fault decides. */
  readonly respond?: Respond
  /** Told of each export request that has come to its end, whatever that was; of connections only those that met a fault. */
  readonly onExport?: OnExport
  /**
   * How the receiver fails from its start. `setFault()` changes it at run time.
   *
   * @default healthy
   */
  readonly fault?: Fault
  /**
   * Told of faults of the receiver itself: of its decoder, and of `respond`.
   *
   * @default silent
   */
  readonly log?: Log
  /**
   * Measures `requestTimeoutMs`, `stopGraceMs` and the opening of connections. (The timeouts within HTTP/1.1 headers and
   * of idle connections are Node's own.)
   *
   * @default the real time
   */
  readonly clock?: Clock
}

/** Options after all checks, with defaults. */
export type ResolvedReceiverOptions = Readonly<
  Required<Omit<ReceiverOptions, 'respond' | 'onExport' | 'fault'>> & {
    respond: Respond | undefined
    onExport: OnExport | undefined
    fault: Fault | undefined
  }
>

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message */
export function resolveReceiverOptions(options: ReceiverOptions = {}): ResolvedReceiverOptions {
  const read = new OptionReader(options, 'createReceiver()')
  const maxBodyBytes = read.integer('maxBodyBytes', { fallback: 64 * MIB, min: KIB, max: GIB })
  const clock = read.value<Clock>('clock') ?? systemClock
  const resolved = {
    port: read.integer('port', { fallback: 0, min: 0, max: 65_535 }),
    host: read.text('host', { fallback: '127.0.0.1' }),
    store: read.value<TelemetryStore>('store') ?? new TelemetryStore({ clock }),
    maxBodyBytes,
    maxBufferedBytes: read.integer('maxBufferedBytes', {
      fallback: 4 * maxBodyBytes,
      min: maxBodyBytes,
      max: 16 * GIB,
    }),
    maxConnections: read.integer('maxConnections', { fallback: 1_000, min: 1, max: 100_000 }),
    headersTimeoutMs: read.integer('headersTimeoutMs', { fallback: 10_000, min: 50, max: 600_000 }),
    requestTimeoutMs: read.integer('requestTimeoutMs', { fallback: 60_000, min: 50, max: 3_600_000 }),
    idleTimeoutMs: read.integer('idleTimeoutMs', { fallback: 300_000, min: 1_000, max: 3_600_000 }),
    stopGraceMs: read.integer('stopGraceMs', { fallback: 1_000, min: 0, max: 60_000 }),
    respond: read.callback<Respond>('respond'),
    onExport: read.callback<OnExport>('onExport'),
    fault: read.value<Fault>('fault'),
    log: read.value<Log>('log') ?? silentLog,
    clock,
  }
  read.done()
  return Object.freeze(resolved)
}
