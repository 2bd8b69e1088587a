import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** As much of a `WebSocket` as this needs. */
export interface WebSocketLike {
  close(code: number, reason: string): void
  on(event: 'close', listener: () => void): unknown
}

/** As much of a `WebSocketServer` as this needs; that of `@fastify/websocket` and of `@hono/node-server` is one, too. */
export interface WebSocketServerLike {
  readonly options?: { readonly server?: unknown }
  readonly clients?: Iterable<object>
  on(event: 'connection', listener: (socket: WebSocketLike, request: IncomingMessage) => void): unknown
  close(callback?: (error?: Error) => void): void
}

/** "Going away": the endpoint is shut down. @see https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const GOING_AWAY = 1001
/** A control frame carries at most 125 bytes, 2 of which are the code. */
const MAX_REASON_BYTES = 123

const REASON = 'the service is shutting down'

/** How the WebSockets of one server are told goodbye. */
export class WebSocketFarewell {
  readonly #byConnection = new WeakMap<Duplex, WebSocketLike>()
  readonly #earlier = new Set<WebSocketLike>()

  constructor(sockets: WebSocketServerLike) {
    sockets.on('connection', (socket, request) => this.#byConnection.set(request.socket, socket))
    for (const client of (sockets.clients ?? []) as Iterable<WebSocketLike>) {
      this.#earlier.add(client)
      client.on('close', () => this.#earlier.delete(client))
    }
  }

  /** @returns false for a connection that is none of this server's */
  say(connection: Duplex, reason: string): boolean {
    const client = this.#byConnection.get(connection)
    client?.close(GOING_AWAY, shorten(reason))
    return client !== undefined
  }

  /** Node forgets connections that are upgraded: those of before are in nobody's account but that of `ws`. */
  sayToEarlier(): void {
    for (const client of this.#earlier) client.close(GOING_AWAY, REASON)
  }

  /** Resolves when those of before have answered; the time for it is that of the stop. */
  async earlierGone(): Promise<void> {
    await Promise.all([...this.#earlier].map((client) => new Promise<void>((resolve) => client.on('close', resolve))))
  }
}

function shorten(reason: string): string {
  return Buffer.byteLength(reason) <= MAX_REASON_BYTES ? reason : Buffer.from(reason).toString('latin1', 0, 60)
}
