import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** A request that was given to the service and is not over: its answer is not wholly handed to the kernel. */
export interface OpenRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connection: TrackedConnection
  readonly startedAt: number
  /** A stream of events whose turn to go has come. */
  wasToldToEnd?: boolean
  /** It is no part of the load. */
  isAside?: boolean
}

/** The handshake by which another protocol took a connection over. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly startedAt: number
  /** {@link Socket.bytesWritten} when the handshake came: as long as it is the same, the handshake is not answered. */
  readonly bytesBefore: number
}

/** A piece of work that is not over, as reports list it. */
export interface OpenItem {
  readonly kind: 'request' | 'connection'
  readonly request: IncomingMessage
  readonly startedAt: number
}

/** What is known of one connection of a server. */
export class TrackedConnection {
  /** The socket to write to and to destroy: for TLS the raw one until the handshake is done, then the TLS one. */
  socket: Socket
  /** In the order in which they came, which is the order in which HTTP/1.1 answers them. */
  readonly requests: OpenRequest[] = []
  /** Has carried a request: only then can what it has received so far be taken for requests that are over. */
  hasServed = false
  /** Taken over by another protocol (WebSocket, CONNECT): HTTP no longer says when it is over. */
  upgrade: Upgrade | undefined
  /** An upgraded connection was told that we go away. */
  wasToldGoodbye = false
  /** The TLS handshake is not done: nothing can be said to the client in a form that it would understand. */
  isHandshaking = false
  /** No request that comes from now on is answered: a response said `Connection: close`, or we sent our FIN. */
  isClosing = false
  /** We closed it because it was idle: a request that comes after all has met our close on its way. */
  wasClosedIdle = false
  /** We cut it, so what it still carried counts as destroyed and not as given up by the client. */
  isDestroyed = false
  /** {@link Socket.bytesRead} when the last request was over: more than that is the beginning of another one. */
  bytesWhenIdle = 0
  /** {@link Socket.bytesWritten} at the same moment: more than that is an answer that Node gave by itself, such as 417. */
  writtenWhenIdle = 0

  constructor(socket: Socket) {
    this.socket = socket
  }

  get isUpgraded(): boolean {
    return this.upgrade !== undefined
  }

  get isIdle(): boolean {
    return this.requests.length === 0 && !this.isUpgraded
  }

  /** Nothing is under way on it: whatever was received and sent so far belongs to requests that are over. */
  markIdle(): void {
    this.bytesWhenIdle = this.socket.bytesRead
    this.writtenWhenIdle = this.socket.bytesWritten
  }

  entryOf(response: ServerResponse): OpenRequest | undefined {
    // Hardly ever more than one: an array is then quicker than any map.
    for (const entry of this.requests) if (entry.response === response) return entry
    return undefined
  }

  /** @returns false when it was not there any more */
  remove(entry: OpenRequest): boolean {
    const index = this.requests.indexOf(entry)
    if (index === -1) return false
    if (index === this.requests.length - 1) this.requests.pop()
    else this.requests.splice(index, 1)
    return true
  }

  /** Whether `entry` is the last request known here: the only one whose answer may say `Connection: close`. */
  isLast(entry: OpenRequest): boolean {
    return this.requests.at(-1) === entry
  }
}
