import type { ClientRequest, ClientRequestArgs } from 'node:http'
import { Agent } from '../../../core/node-http.ts'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Limit } from './attempt.ts'
import { dial, type Route } from './dial.ts'

/** What a request has to tell the agent: within what its connection must be there. */
export interface WithLimit extends ClientRequestArgs {
  readonly limit: Limit
}

type Connected = (error: Error | null, socket: Duplex) => void

/** Kept open for the next request. */
const MAX_IDLE_SOCKETS = 4
/** Less than the 60 s after which usual load balancers close a connection on which nothing happens. */
const IDLE_MS = 50_000

/** Keeps connections open for the next request. Each is opened within the limit of the request that needs it. */
export class HttpAgent extends Agent {
  readonly #route: Route

  constructor(route: Route) {
    super({
      keepAlive: true,
      // No line to wait in: as many as there are attempts, and Node opens what ends a wait within another one's limit.
      maxSockets: Infinity,
      maxFreeSockets: MAX_IDLE_SOCKETS,
      // The others then grow old and are closed, once few are enough.
      scheduling: 'lifo',
      timeout: IDLE_MS,
    })
    this.#route = route
  }

  override createConnection(options: ClientRequestArgs, done?: Connected): undefined {
    if (done !== undefined) void this.#connect((options as WithLimit).limit, done)
  }

  /** Node would have it keep the process alive again. */
  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request)
    ;(socket as Socket).unref()
  }

  /** Closes the connections that wait for a request. */
  dropIdle(): void {
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy()
    }
  }

  async #connect(limit: Limit, done: Connected): Promise<void> {
    let socket: Socket
    try {
      socket = await dial(this.#route, limit)
    } catch (error) {
      return done(error as Error, undefined as never)
    }
    done(null, socket)
  }
}
