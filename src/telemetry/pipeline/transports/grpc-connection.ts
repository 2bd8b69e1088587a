import { connect } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../../../core/clock.ts'
import type { Attempt } from './attempt.ts'
import { dial, type Route } from './dial.ts'
import { GrpcSession } from './grpc-session.ts'
import { closedEarly } from './opened.ts'
import { SharedDial } from './shared-dial.ts'

/**
 * Bodies that wait for the window of the server count as memory of the session. Beyond the 10 MB that are usual, Node
 * breaks calls off at the answer to them. How many bodies there are is up to whoever sends them.
 */
const MAX_SESSION_MEMORY_MB = 1024

interface Dialling {
  readonly limit: SharedDial
  readonly session: Promise<GrpcSession>
}

/** The way to a server of gRPC: one session at a time, replaced when it is over or about to be. */
export class GrpcConnection {
  readonly #route: Route
  readonly #clock: Clock
  /** The newest one, and those before it that still carry calls. */
  readonly #sessions = new Set<GrpcSession>()
  #current: GrpcSession | undefined
  #dialling: Dialling | undefined

  constructor(route: Route, clock: Clock) {
    this.#route = route
    this.#clock = clock
  }

  /**
   * A session that takes calls. Attempts that need one at the same time wait for the same one.
   *
   * @throws what {@link dial} throws
   */
  acquire(attempt: Attempt): Promise<GrpcSession> {
    if (this.#current?.isUsable === true) return Promise.resolve(this.#current)
    const dialling = this.#dialling ?? this.#dial()
    dialling.limit.join(attempt)
    return dialling.session
  }

  /** Lets go of everything at once. */
  close(): void {
    this.#dialling?.limit.end()
    for (const session of this.#sessions) session.destroy()
  }

  #dial(): Dialling {
    const limit = new SharedDial()
    const dialling = { limit, session: this.#open(limit) }
    this.#dialling = dialling
    const forget = (): void => {
      if (this.#dialling === dialling) this.#dialling = undefined
    }
    dialling.session.then(forget, forget)
    // Whoever comes after it has been given up needs another one.
    limit.onEnd(forget)
    return dialling
  }

  async #open(limit: SharedDial): Promise<GrpcSession> {
    const socket = await dial(this.#route, limit)
    const { target } = this.#route
    if (target.isTls && (socket as TLSSocket).alpnProtocol !== 'h2') {
      socket.destroy()
      throw Object.assign(new Error('HTTP/2 was not agreed on'), { code: 'ERR_SSL_NO_APPLICATION_PROTOCOL' })
    }
    if (limit.isOver) {
      socket.destroy()
      throw closedEarly()
    }
    const session = connect(`${target.isTls ? 'https' : 'http'}://${target.authority}`, {
      createConnection: () => socket,
      settings: { enablePush: false },
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
    })
    const opened = new GrpcSession(session, socket, this.#clock)
    this.#sessions.add(opened)
    session.once('close', () => this.#sessions.delete(opened))
    this.#current = opened
    return opened
  }
}
