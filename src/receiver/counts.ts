import type { Signal } from '../otlp/model.ts'
import { type Failure, FAILURE_KINDS, type FailureKind } from './failure.ts'
import type { FaultKind } from './fault.ts'
import { FAULT_KINDS } from './resolve-fault.ts'

/** How a request came: protocol and encoding. */
export type Transport = 'http/protobuf' | 'http/json' | 'grpc'

/** What came in of one signal. */
export interface SignalCounts {
  /** Export requests that were answered, with whatever. */
  readonly requests: number
  /** Spans, log records, metric points of the requests that were accepted, without the rejected ones. */
  readonly items: number
  /** Of the requests, those answered with an error. */
  readonly rejectedRequests: number
  /** Items that the answer said were rejected, by partial success or by the `respond` option. */
  readonly rejectedItems: number
}

/** Reasons for which a request or a connection was not served; see the documentation of each count. */
export type ProtocolErrorKind =
  | FailureKind
  /** Not HTTP/1.1: answered 400, 408 or 431 by the parser, or cut. */
  | 'badHttp'
  /** HTTP/2 that broke the rules of the protocol, or did not begin in time. */
  | 'badHttp2'
  /** A connection on which nothing, or only a part of an opening, came in time. */
  | 'silentConnection'
  /** A connection beyond `maxConnections`. */
  | 'tooManyConnections'

/** What a receiver has seen since it was made. */
export interface ReceiverCounts {
  /** Sums over all signals and transports. */
  readonly total: SignalCounts
  readonly bySignal: Readonly<Record<Signal, SignalCounts>>
  readonly byTransport: Readonly<Record<Transport, Readonly<Record<Signal, SignalCounts>>>>
  readonly protocolErrors: Readonly<Record<ProtocolErrorKind, number>>
  /** Connections that were taken, whatever became of them. */
  readonly connections: number
  /** Export requests of which the headers arrived, whatever became of them: answered, or not answered at all. */
  readonly asked: number
  /**
   * How often each fault was met: by connections where it is at the connection, else by requests. Nobody can be counted who
   * meets `refuse` or `syn-blackhole`; what meets a `flap` is counted as the fault within.
   */
  readonly faults: Readonly<Record<FaultKind, number>>
  /**
   * Export requests that were taken in, and counted above, although their senders were not told, because of a fault with
   * `stores`. Whoever sends again sends twice.
   */
  readonly lostAnswers: number
  /** Bytes that came out of decompression, also of bodies that were then refused. */
  readonly inflatedBytes: number
}

const SIGNALS = ['traces', 'metrics', 'logs'] as const
const TRANSPORTS = ['http/protobuf', 'http/json', 'grpc'] as const
const NONE: SignalCounts = { requests: 0, items: 0, rejectedRequests: 0, rejectedItems: 0 }

/** The figures while they grow. */
export class CountKeeper {
  readonly #cells = recordOf(TRANSPORTS, () => recordOf(SIGNALS, () => ({ ...NONE })))
  readonly #errors = recordOf<ProtocolErrorKind, number>(
    [...FAILURE_KINDS, 'badHttp', 'badHttp2', 'silentConnection', 'tooManyConnections'],
    () => 0,
  )
  readonly #faults = recordOf<FaultKind, number>(FAULT_KINDS, () => 0)
  #connections = 0
  #asked = 0
  #lostAnswers = 0
  #inflatedBytes = 0

  accepted(transport: Transport, signal: Signal, items: number, rejectedItems: number): void {
    this.#add(transport, signal, { ...NONE, requests: 1, items: items - rejectedItems, rejectedItems })
  }

  /** An export request that was answered with an error. */
  rejected(transport: Transport, signal: Signal, items: number): void {
    this.#add(transport, signal, { ...NONE, requests: 1, rejectedRequests: 1, rejectedItems: items })
  }

  error(kind: ProtocolErrorKind): void {
    this.#errors[kind]++
  }

  /** Counts a failure, and returns it. */
  failed(failure: Failure): Failure {
    this.error(failure.kind)
    return failure
  }

  connected(): void {
    this.#connections++
  }

  asked(): void {
    this.#asked++
  }

  faultMet(kind: FaultKind): void {
    this.#faults[kind]++
  }

  answerLost(): void {
    this.#lostAnswers++
  }

  inflated(bytes: number): void {
    this.#inflatedBytes += bytes
  }

  /** The figures of now; a copy. */
  get snapshot(): ReceiverCounts {
    const byTransport = recordOf(TRANSPORTS, (transport) =>
      recordOf(SIGNALS, (signal) => ({ ...this.#cells[transport][signal] })),
    )
    const bySignal = recordOf(SIGNALS, (signal) =>
      TRANSPORTS.map((transport) => byTransport[transport][signal]).reduce(sum, NONE),
    )
    return {
      total: Object.values(bySignal).reduce(sum, NONE),
      bySignal,
      byTransport,
      protocolErrors: { ...this.#errors },
      connections: this.#connections,
      asked: this.#asked,
      faults: { ...this.#faults },
      lostAnswers: this.#lostAnswers,
      inflatedBytes: this.#inflatedBytes,
    }
  }

  #add(transport: Transport, signal: Signal, more: SignalCounts): void {
    const cells: Record<Signal, SignalCounts> = this.#cells[transport]
    cells[signal] = sum(cells[signal], more)
  }
}

function sum(a: SignalCounts, b: SignalCounts): SignalCounts {
  return {
    requests: a.requests + b.requests,
    items: a.items + b.items,
    rejectedRequests: a.rejectedRequests + b.rejectedRequests,
    rejectedItems: a.rejectedItems + b.rejectedItems,
  }
}

function recordOf<K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>
}
