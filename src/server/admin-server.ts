import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from '../core/node-http.ts'

import type { Clock } from '../core/clock.ts'
import { silentLog, type Log } from '../core/log.ts'
import type { SeaworthyError } from '../core/seaworthy-error.ts'
import { markUnobserved } from '../core/unobserved-server.ts'
import type { ProbeSource } from '../health/probe-source.ts'
import { callRoute, type AdminRoute, type AdminRoutes } from './admin-route.ts'
import { type HttpDrain, trackHttpServer } from './http-drain.ts'
import type { BoundAddress } from './bound-address.ts'
import { listen } from './listen.ts'
import { type AccessOptions, createAccess } from './private-access.ts'
import { type ProbeHandler, probeHandler } from './probe-handler.ts'
import { parseTarget } from './request-target.ts'
import { announcesBody, sendAnswer } from './send-answer.ts'
import type { FinishReport } from './server-drain.ts'

export interface AdminServerOptions extends AccessOptions {
  readonly clock: Clock
  readonly probes: ProbeSource
  /** 0 takes any free port. @default 9091 */
  readonly port?: number | undefined
  /** @default all interfaces, because a kubelet asks from outside the pod */
  readonly host?: string | undefined
  /** Further pages by path; a path of a probe can't be taken. @default none */
  readonly routes?: AdminRoutes | undefined
  /** Told about the listener's later errors and about what routes throw. @default nothing is logged */
  readonly log?: Log | undefined
  /** Errors of the listener once it is bound. @default they are logged */
  readonly onError?: ((error: SeaworthyError) => void) | undefined
}

export const DEFAULT_ADMIN_PORT = 9091

/** Limits of the admin server. It is asked by probes, scrapers and people: little at a time, and not for long. */
export const ADMIN_LIMITS = {
  /** More are dropped as they connect. */
  maxConnections: 256,
  /** 431 beyond it; Node's own default is 16 KiB. */
  maxHeaderBytes: 8 * 1024,
  /** 408 for headers that are not complete by then. */
  headersTimeoutMs: 5000,
  /** 408 for a request that is not complete by then. */
  requestTimeoutMs: 10_000,
  /** How often the two above are looked at; Node's own default is 30 s. */
  checkIntervalMs: 1000,
  keepAliveTimeoutMs: 5000,
} as const

/** An answer from memory needs no grace; a scraper that keeps its connection simply connects again. */
const LATE_REQUEST_GRACE_MS = 20
const LINGER_MS = 100

/**
 * The server for those who run the service: probes, and what later parts add. It is a server of its own so that it
 * answers while the service's port is saturated, and until the very end while the service drains.
 */
export class AdminServer {
  readonly #options: AdminServerOptions
  readonly #log: Log
  readonly #server: Server
  readonly #drain: HttpDrain
  readonly #answerProbe: ProbeHandler
  readonly #mayKnow: (request: IncomingMessage) => boolean
  readonly #routes: Map<string, AdminRoute>
  #bound: BoundAddress | undefined

  constructor(options: AdminServerOptions) {
    this.#options = options
    this.#log = options.log ?? silentLog
    this.#mayKnow = createAccess(options)
    this.#routes = new Map(Object.entries(options.routes ?? {}))
    this.#answerProbe = probeHandler(options.probes, options)
    this.#server = createServer(
      {
        maxHeaderSize: ADMIN_LIMITS.maxHeaderBytes,
        headersTimeout: ADMIN_LIMITS.headersTimeoutMs,
        requestTimeout: ADMIN_LIMITS.requestTimeoutMs,
        connectionsCheckingInterval: ADMIN_LIMITS.checkIntervalMs,
        keepAliveTimeout: ADMIN_LIMITS.keepAliveTimeoutMs,
      },
      (request, response) => this.#answer(request, response),
    )
    markUnobserved(this.#server)
    this.#server.maxConnections = ADMIN_LIMITS.maxConnections
    this.#drain = trackHttpServer(this.#server, {
      clock: options.clock,
      name: 'admin',
      lateRequestGraceMs: LATE_REQUEST_GRACE_MS,
      lingerMs: LINGER_MS,
      quietMs: 0,
    })
  }

  /** Where it is bound; `undefined` before {@link listen} and after {@link close}. */
  get bound(): BoundAddress | undefined {
    return this.#bound
  }

  /** Adds a page, or puts another in its place. */
  addRoute(path: string, route: AdminRoute): void {
    this.#routes.set(path, route)
  }

  /** @throws {@link SeaworthyError} `SEA_LISTENER_PORT_TAKEN` or `SEA_LISTENER_BIND_FAILED` */
  async listen(): Promise<BoundAddress> {
    const { port = DEFAULT_ADMIN_PORT, host, onError } = this.#options
    this.#bound = await listen(this.#server, {
      name: 'admin',
      port,
      portSetting: 'SEAWORTHY_ADMIN_PORT (in code: admin.port)',
      host,
      onError: onError ?? ((error) => this.#log.error({ err: error }, error.message)),
    })
    return this.#bound
  }

  /** Closes the listener and ends what is open, within `limitMs`. The last thing a service does; safe to call again. */
  async close(limitMs: number): Promise<FinishReport> {
    const report = await this.#drain.finish({ limitMs })
    this.#bound = undefined
    return report
  }

  /** Neither the listener nor its connections keep the process alive: for a process that is not ours to keep. */
  unref(): void {
    this.#server.unref()
    this.#server.on('connection', (socket) => socket.unref())
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    // The page may be cut off by its reader; the response's own error event has no other listener.
    response.on('error', () => {})
    if (announcesBody(request)) {
      sendAnswer(request, response, { status: 413 })
      return
    }
    if (this.#answerProbe(request, response)) return
    const { path, query } = parseTarget(request.url)
    const route = this.#routes.get(path)
    if (route === undefined) {
      sendAnswer(request, response, { status: 404 })
      return
    }
    void callRoute(route, request, response, {
      clock: this.#options.clock,
      query,
      mayKnow: this.#mayKnow(request),
      onError: (error) => this.#log.error({ err: error, path }, `The admin page ${path} failed`),
    })
  }
}

/** Makes the admin server; it listens when told to. */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  return new AdminServer(options)
}
