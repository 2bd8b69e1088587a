import type { Socket } from 'node:net'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { TelemetryStore } from '../store/telemetry-store.ts'
import { BufferBudget } from './buffer-budget.ts'
import { CountKeeper, type ReceiverCounts } from './counts.ts'
import { endpointOf } from './endpoint.ts'
import type { Fault } from './fault.ts'
import { FaultSwitch } from './fault-switch.ts'
import { Ingest } from './ingest.ts'
import { OnePort } from './one-port.ts'
import { type ReceiverOptions, resolveReceiverOptions } from './options.ts'
import { meetConnection } from './meet-connection.ts'
import type { FaultyIntake } from './intake.ts'
import { serveSafely } from './serve-request.ts'

/** Where a started receiver is reached. */
export interface ReceiverAddress {
  readonly port: number
  /** For OTLP over HTTP, without the path of a signal: `http://127.0.0.1:4318`. */
  readonly endpoint: string
  /** For OTLP over gRPC. The same address: one port speaks both. */
  readonly grpcEndpoint: string
}

/** An OTLP receiver in this process, for development, tests and trials. */
export interface Receiver {
  /**
   * Listens. Safe to call again: every call gets the same address.
   *
   * @throws {@link SeaworthyError} `SEA_RECEIVER_PORT_TAKEN`, `SEA_RECEIVER_LISTEN_FAILED`, and after `stop()`
   *   `SEA_RECEIVER_STOPPED`
   */
  start(): Promise<ReceiverAddress>
  /**
   * Stops listening, gives requests under way the grace of the options, then cuts every connection. When it resolves, no
   * socket and no timer is left. What was received stays in the store. Safe to call any number of times, never rejects.
   */
  stop(): Promise<void>
  readonly store: TelemetryStore
  /** What was received and what went wrong, since the receiver was made: a copy of the figures of now. */
  readonly counts: ReceiverCounts
  readonly openConnections: number
  /** How it fails now; `undefined` when it does not, or when the time or the requests of its fault are used up. */
  readonly fault: Fault | undefined
  /**
   * Makes the receiver fail from now on, or (with nothing) work again. Requests that met the fault before keep it: one without
   * an answer stays so. Before `start()` it takes effect then.
   *
   * @returns resolves when the fault is there: when nobody can connect any more, or when it listens again
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem; what was set before then stays.
   *   `SEA_RECEIVER_STOPPED` after `stop()`
   */
  setFault(fault: Fault | undefined): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Makes a receiver that takes in traces, metrics and logs over OTLP/HTTP (protobuf and JSON) and OTLP/gRPC, plain or in
 * gzip or deflate, on one port, without TLS, into a bounded store. Whatever is sent to the port gets
 * the protocol's own answer, and nothing that is sent ends the process.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message
 */
export function createReceiver(options: ReceiverOptions = {}): Receiver {
  const resolved = resolveReceiverOptions(options)
  const { store, clock, maxBodyBytes, requestTimeoutMs } = resolved
  const counts = new CountKeeper()
  const faults: FaultSwitch = new FaultSwitch(clock, counts, (mode) => port.setDoor(mode))
  if (resolved.fault !== undefined) faults.prepare(resolved.fault, 'createReceiver(): "fault"')
  const intake: FaultyIntake = {
    maxBodyBytes,
    requestTimeoutMs,
    clock,
    counts,
    budget: new BufferBudget(resolved.maxBufferedBytes),
    ingest: new Ingest(store, counts, resolved.respond, resolved.log),
    faults,
    hopeless: new Set<Socket>(),
    served: new WeakSet<Socket>(),
    onExport: resolved.onExport,
  }
  const port = new OnePort(
    resolved,
    counts,
    (exchange) => void serveSafely(exchange, intake, resolved.log),
    (socket) => meetConnection(socket, intake),
  )
  let starting: Promise<ReceiverAddress> | undefined
  let stopping: Promise<void> | undefined

  const start = async (): Promise<ReceiverAddress> => {
    const address = await port.listen()
    await faults.begin()
    const endpoint = endpointOf(address)
    return { port: address.port, endpoint, grpcEndpoint: endpoint }
  }
  const stop = async (): Promise<void> => {
    // A start that failed has been told to whoever started.
    const isListening = await (starting ?? Promise.reject(new Error('never started'))).then(
      () => true,
      () => false,
    )
    faults.close()
    if (!isListening) return
    const closed = port.close()
    for (const socket of intake.hopeless) socket.destroy()
    await closed
  }
  return {
    start: () => {
      if (stopping !== undefined) return Promise.reject(stoppedError())
      starting ??= start()
      return starting
    },
    stop: () => {
      stopping ??= stop()
      return stopping
    },
    store,
    get fault() {
      return faults.fault
    },
    setFault: async (fault) => {
      if (stopping !== undefined) throw stoppedError()
      await faults.set(fault, 'setFault()')
    },
    get counts() {
      return counts.snapshot
    },
    get openConnections() {
      return port.openConnections
    },
    [Symbol.asyncDispose]() {
      return this.stop()
    },
  }
}

function stoppedError(): SeaworthyError {
  return new SeaworthyError('SEA_RECEIVER_STOPPED', 'The receiver has been stopped', {
    hint: 'Make a new receiver; give it the port and the store of the old one to go on where that ended.',
  })
}
