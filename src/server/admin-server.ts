import type { IncomingMessage, Server, ServerResponse } from 'node:http'

import type { Clock } from '../core/clock.ts'
import { silentLog, type Log } from '../core/log.ts'
import type { SeaworthyError } from '../core/seaworthy-error.ts'
import { markUnobserved } from '../core/unobserved-server.ts'
import type { ProbeSource } from '../health/probe-source.ts'
import {
  answerRoute,
  callRoute,
  createLimitedServer,
  type AdminRoute,
  type AdminRoutes,
  PAGES_PREFIX,
  type RouteRequest,
  takesBody,
} from './admin-route.ts'
import { type HttpDrain, trackHttpServer } from './http-drain.ts'
import type { BoundAddress } from './bound-address.ts'
import { listen, type ListenOptions } from './listen.ts'
import type { OffLoopAdmin, OffLoopSettings } from './off-loop/off-loop-admin.ts'
import { type AccessOptions, createAccess } from './private-access.ts'
import { type ProbeHandler, probeHandler } from './probe-handler.ts'
import { parseTarget } from './request-name.ts'
import { announcesBody, type Answer, sendAnswer } from './send-answer.ts'
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
  /**
   * Asked once, to let a thread of its own listen and answer the probes while this one is busy. What is no probe is
   * still answered here. @default this thread listens
   */
  readonly offLoop?: (() => OffLoopSettings) | undefined
}

export const DEFAULT_ADMIN_PORT = 9091

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
  #pages: (() => Promise<AdminRoutes>) | undefined
  #bound: BoundAddress | undefined
  #offLoop: OffLoopAdmin | undefined
  #keepsAlive = true
  #isClosing = false

  constructor(options: AdminServerOptions) {
    this.#options = options
    this.#log = options.log ?? silentLog
    this.#mayKnow = createAccess(options)
    this.#routes = new Map(Object.entries(options.routes ?? {}))
    this.#answerProbe = probeHandler(options.probes, options)
    this.#server = createLimitedServer((request, response) => this.#answer(request, response))
    markUnobserved(this.#server)
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

  /** Pages that are loaded when the first of them is asked for; their paths begin with {@link PAGES_PREFIX}. */
  addPages(load: () => Promise<AdminRoutes>): void {
    this.#pages = load
  }

  /** @throws {@link SeaworthyError} `SEA_LISTENER_PORT_TAKEN` or `SEA_LISTENER_BIND_FAILED` */
  async listen(): Promise<BoundAddress> {
    const { clock, offLoop, port = DEFAULT_ADMIN_PORT, details, token } = this.#options
    if (offLoop !== undefined) {
      const { OffLoopAdmin } = await import('./off-loop/off-loop-admin.ts')
      this.#offLoop = await OffLoopAdmin.open(offLoop(), {
        ...this.#listening(port),
        clock,
        details,
        token,
        log: this.#log,
        answer: (target, request, mayKnow) => this.#answerRoute(target, request, mayKnow),
        onLost: () => void this.#takeOver(),
      })
      if (!this.#keepsAlive) this.#offLoop?.unref()
    }
    const bound = this.#offLoop?.bound ?? (await listen(this.#server, this.#listening(port)))
    if (this.#isClosing) {
      // It was closed while it came up.
      await this.#offLoop?.close(0)
      this.#server.close()
    } else this.#bound = bound
    return bound
  }

  /** Closes the listener and ends what is open, within `limitMs`. The last thing a service does; safe to call again. */
  async close(limitMs: number): Promise<FinishReport> {
    this.#isClosing = true
    const report = (await this.#offLoop?.close(limitMs)) ?? (await this.#drain.finish({ limitMs }))
    this.#bound = undefined
    return report
  }

  /** Neither the listener nor its connections keep the process alive: for a process that is not ours to keep. */
  unref(): void {
    this.#keepsAlive = false
    this.#offLoop?.unref()
    this.#server.unref()
    this.#server.on('connection', (socket) => socket.unref())
  }

  /** Says that a probe may be answered otherwise from now on, for the thread that answers them, if there is one. */
  refreshProbes(): void {
    this.#offLoop?.refresh()
  }

  /** The thread has ended without being told to: this one listens in its place. */
  async #takeOver(): Promise<void> {
    const port = this.#bound?.port
    this.#offLoop = undefined
    if (this.#isClosing || port === undefined) return
    try {
      this.#bound = await listen(this.#server, this.#listening(port))
      if (!this.#keepsAlive) this.unref()
    } catch (error) {
      this.#log.error(
        { event: 'probes.unanswered', err: error },
        'No probe is answered any more: the admin port could not be taken over. Restart the process',
      )
    }
  }

  #listening(port: number): ListenOptions {
    const { host, onError } = this.#options
    return {
      name: 'admin',
      port,
      portSetting: 'SEAWORTHY_ADMIN_PORT (in code: admin.port)',
      host,
      onError: onError ?? ((error) => this.#log.error({ err: error }, error.message)),
    }
  }

  /** What is no probe, wherever its connection is. */
  async #answerRoute(target: string, request: RouteRequest, mayKnow: boolean): Promise<Answer> {
    const { path, query } = parseTarget(target)
    const route = await this.#routeAt(path)
    return 'status' in route ? route : answerRoute(route, request, { ...this.#call(path), query, mayKnow })
  }

  /** The page at a path, or why there is none; never rejects. */
  async #routeAt(path: string): Promise<AdminRoute | Answer> {
    const known = this.#routes.get(path)
    if (known !== undefined) return known
    if (this.#pages === undefined || !path.startsWith(PAGES_PREFIX)) return { status: 404 }
    try {
      const pages = Object.entries(await this.#pages())
      for (const [at, page] of pages) if (!this.#routes.has(at)) this.#routes.set(at, page)
      this.#pages = undefined
    } catch (error) {
      this.#call(path).onError(error)
      return { status: 500 }
    }
    return this.#routes.get(path) ?? { status: 404 }
  }

  #call(path: string): { readonly clock: Clock; readonly onError: (error: unknown) => void } {
    return {
      clock: this.#options.clock,
      onError: (error) => this.#log.error({ err: error, path }, `The admin page ${path} failed`),
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    // The page may be cut off by its reader; the response's own error event has no other listener.
    response.on('error', () => {})
    const hasBody = announcesBody(request)
    if (!hasBody && this.#answerProbe(request, response)) return
    const { path, query } = parseTarget(request.url)
    if (hasBody && !path.startsWith(PAGES_PREFIX)) {
      sendAnswer(request, response, { status: 413 })
      return
    }
    void this.#answerPage(request, response, path, query)
  }

  /** Never rejects. */
  async #answerPage(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): Promise<void> {
    const mayKnow = this.#mayKnow(request)
    const route = this.#routes.get(path) ?? (await this.#routeAt(path))
    const isTaken = announcesBody(request) && takesBody(request, path, mayKnow)
    const body = isTaken ? await (await import('./admin-body.ts')).readBody(request) : ''
    if (response.destroyed) return
    if (typeof body === 'number') sendAnswer(request, response, { status: body })
    else if ('status' in route) sendAnswer(request, response, route)
    else await callRoute(route, request, response, { ...this.#call(path), query, mayKnow, body })
  }
}

/** Makes the admin server; it listens when told to. */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  return new AdminServer(options)
}
