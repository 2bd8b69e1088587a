import { context, createContextKey } from '@opentelemetry/api'
import cluster from 'node:cluster'
import { connect as connectTcp, type AddressInfo, type Server, type Socket } from 'node:net'

import { isAloneAt } from './alone-at-address.ts'

/** What Node's handles of a listener and of a connection have, and do not document. */
interface ConnectionHandle {
  getpeername?: (into: Partial<AddressInfo>) => number
  close(): void
}
interface ListenerHandle {
  listen?: (backlog: number) => number
  onconnection?: (this: unknown, status: number, connection?: ConnectionHandle) => void
}
interface Inside<Handle> {
  readonly _handle?: Handle | null
  readonly _connectionKey?: string
}

/**
 * The length to which the queue is cut. Not less, because as many handshakes may be half done at a time: Linux answers
 * one more with a SYN cookie, and says in its log that the port is flooded.
 */
const SHORT_BACKLOG = 4
/** A queue of that length is full with one connection more. */
const PLUG_COUNT = SHORT_BACKLOG + 1
/** The key by which OpenTelemetry's SDK knows what is not to be traced; see `telemetry/context-keys.ts`. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
/** Node's own default: nothing tells how long the queue was, and the listener is about to close. */
const USUAL_BACKLOG = 511

/**
 * Fills the accept queue of a listener with connections of our own, so that nobody else's is in it when the listener
 * closes, and nobody's can come in.
 *
 * Closing a listener resets whatever is in its queue and whoever is in the middle of a handshake, and between the last
 * look and the close there is always an instant, a long one on a machine that takes the processor away. Linux takes a new
 * length for the queue by a second `listen()`. Cut short and filled by ourselves, it takes nobody: the kernel ignores the
 * SYN of who comes, as if it were lost, and the client, still without a connection and so with nothing sent, tries again
 * a second later and is refused. If one of ours did not fit, somebody else is in there, who is to be taken in first.
 *
 * Linux only; for a listener that is alone at its address, one to which this process can connect itself.
 */
export class AcceptQueuePlug {
  readonly #handle: ListenerHandle
  readonly #address: AddressInfo

  private constructor(handle: ListenerHandle, address: AddressInfo) {
    this.#handle = handle
    this.#address = address
  }

  /** `undefined` where it can't be done. */
  static of(server: Server): AcceptQueuePlug | undefined {
    // Elsewhere a second `listen()` does nothing (Windows) or means something else.
    if (process.platform !== 'linux' || cluster.isWorker) return undefined
    const { _handle: handle, _connectionKey: key = '' } = server as Server & Inside<ListenerHandle>
    const address = server.address()
    // A descriptor that was handed in belongs to somebody else as well, who wants its queue as it is.
    if (!/^[46]:/.test(key) || address === null || typeof address === 'string') return undefined
    if (handle?.listen === undefined || !isAloneAt(handle, address)) return undefined
    return new AcceptQueuePlug(handle, address)
  }

  /**
   * Calls `close` if nobody is in the queue and nobody can come in until it returns; all of it in one turn of the event
   * loop, in which Node accepts nothing. If it can't be, the queue is as long as before, with some of ours in it, of which
   * the service sees nothing.
   *
   * @param onOurs called for each of those when it has left the queue
   * @returns whether `close` was called
   */
  async closePlugged(close: () => void, onOurs: () => void): Promise<boolean> {
    const plugs: Socket[] = []
    const isShort = this.#handle.listen?.(SHORT_BACKLOG) === 0
    try {
      // Nobody is to see them in a trace of the service either.
      context.with(context.active().setValue(SUPPRESS_TRACING, true), () => {
        while (isShort && plugs.length < PLUG_COUNT) plugs.push(this.#connect())
      })
    } catch {
      // Connecting is forbidden to this process; then no plug is complete.
    }
    // Node connects in a tick of its own, one for each; this one comes behind them, and before anything is accepted.
    await new Promise<void>((resolve) => process.nextTick(resolve))
    const inQueue = plugs.filter(isEstablished)
    let isClosed = false
    try {
      if (inQueue.length === PLUG_COUNT) {
        close()
        isClosed = true
      }
    } finally {
      if (!isClosed) {
        // First of all: a client whose last word is dropped by a short queue believes that it is connected.
        this.#handle.listen?.(USUAL_BACKLOG)
        this.#keepFromService(inQueue, onOurs)
      }
      for (const plug of plugs) plug.destroy()
    }
    return isClosed
  }

  #connect(): Socket {
    const { address, port } = this.#address
    const host = address === '::' ? '::1' : address === '0.0.0.0' ? '127.0.0.1' : address
    return connectTcp({ host, port }).on('error', () => {})
  }

  /** Closes those of ours as soon as they are accepted, before Node makes connections of them. */
  #keepFromService(ours: readonly Socket[], onOurs: () => void): void {
    const handle = this.#handle
    const { onconnection: original } = handle
    const names = new Set(ours.map(({ localAddress = '', localPort = 0 }) => `${localAddress} ${localPort}`))
    if (original === undefined || names.size === 0) return
    handle.onconnection = function acceptOthers(status, connection) {
      const peer: Partial<AddressInfo> = {}
      const isOurs = connection?.getpeername?.(peer) === 0 && names.delete(`${peer.address} ${peer.port}`)
      if (names.size === 0 && handle.onconnection === acceptOthers) handle.onconnection = original
      if (!isOurs) return original.call(this, status, connection)
      connection.close()
      onOurs()
    }
  }
}

/** On this machine a handshake is over when `connect()` returns, if the queue has taken it. */
function isEstablished(socket: Socket): boolean {
  return (socket as Socket & Inside<ConnectionHandle>)._handle?.getpeername?.({}) === 0
}
