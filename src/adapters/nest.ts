/**
 * NestJS, on Express and on Fastify, as a listener of a service.
 *
 * @module
 */
import {
  type ApplicationHooks,
  type AttachOptions,
  type Bound,
  type Handle,
  type Log,
  type ServerApplication,
  type Service,
  type TrackableServer,
} from 'seaworthy'
import type { ExpressApp } from './express.ts'
import { watch } from './express/request-properties.ts'
import { adoptAll, type FastifyApp, orderlyEnd } from './fastify/orderly-end.ts'
import { installFilter } from './nest/problem-filter.ts'
import { type AttachKind, checkApplication, checkAttach, hasMethods } from './options/runtime-checks.ts'

export { type ArgumentsHostLike, ProblemFilter } from './nest/problem-filter.ts'

/** As much of an `INestApplication` as this needs. */
export interface NestApp {
  init(): Promise<unknown>
  close(): Promise<void>
  getHttpServer(): TrackableServer
  getHttpAdapter(): { getType(): string; getInstance(): unknown }
}

/** What Nest keeps of its listeners to signals: a map since version 12, one function before. */
interface SignalListeners {
  readonly shutdownCleanupRefs?: ReadonlyMap<string, unknown>
  readonly shutdownCleanupRef?: unknown
  readonly unsubscribeFromProcessSignals?: () => void
  readonly enableShutdownHooks?: () => unknown
}

/**
 * Makes a Nest application a listener: `start: ({ log }) => fromNest(app, { log })`, with an `app` that
 * `NestFactory.create()` made and that was not told to listen. `init()` runs before the service listens, `close()` when
 * nothing is in flight any more: so `onModuleDestroy`, `beforeApplicationShutdown` and `onApplicationShutdown` find no
 * request that still needs what they close.
 *
 * Shutdown is the service's, so `enableShutdownHooks()` has no effect: it would run the same hooks at the signal, under
 * the requests, and then end the process. `log` is told when it was called.
 *
 * Exceptions that no filter of the application handles are answered as `application/problem+json`: {@link ProblemFilter}.
 */
export function fromNest(app: NestApp, { log }: { readonly log?: Log } = {}): ServerApplication {
  checkApplication(APP, 'fromNest()', app)
  takeOverSignals(app, log)
  installFilter(app)
  return { server: app.getHttpServer(), ready: () => getReady(app), ...endOf(app) }
}

/**
 * Gives an application that exists to `service`, which drains it. With `port`, the service listens. Without, call
 * `app.listen()` as before.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'shop' })
 * attach(service, app)
 * await service.run()
 * ```
 */
export function attach<Config>(service: Service<Config>, app: NestApp, options: AttachOptions = {}): Handle<Bound> {
  checkAttach(APP, service, app, options)
  const { name = 'http', ...where } = options
  takeOverSignals(app, undefined)
  if (where.port !== undefined) {
    return service.listener(name, { ...where, start: ({ log }) => fromNest(app, { log }) })
  }
  return service.listener(name, {
    ...where,
    adopt(adopt) {
      if (isFastify(app)) adoptAll(instanceOf(app) as FastifyApp, adopt)
      else adopt(app.getHttpServer())
    },
    start({ log }) {
      takeOverSignals(app, log)
      return endOf(app)
    },
  })
}

const APP: AttachKind = {
  module: 'seaworthy/nest',
  expected: 'a Nest application',
  fits: (app) => hasMethods(app, 'init', 'close', 'getHttpServer', 'getHttpAdapter'),
}

async function getReady(app: NestApp): Promise<void> {
  await app.init()
  if (isFastify(app)) await (instanceOf(app) as FastifyApp).ready()
}

function endOf(app: NestApp): ApplicationHooks {
  const rest = isFastify(app) ? orderlyEnd(instanceOf(app) as FastifyApp) : watch(instanceOf(app) as ExpressApp)
  return { ...rest, close: () => app.close() }
}

function isFastify(app: NestApp): boolean {
  return app.getHttpAdapter().getType() === 'fastify'
}

function instanceOf(app: NestApp): unknown {
  return app.getHttpAdapter().getInstance()
}

const HINT =
  'Remove app.enableShutdownHooks(): the service listens to signals, and runs the same hooks once nothing is in flight.'

/** Applications whose listeners to signals were taken off, until somebody has been told. */
const untold = new WeakSet<NestApp>()

function takeOverSignals(app: NestApp, log: Log | undefined): void {
  const nest = app as NestApp & SignalListeners
  const listens = (nest.shutdownCleanupRefs?.size ?? 0) > 0 || nest.shutdownCleanupRef !== undefined
  if (listens) {
    nest.unsubscribeFromProcessSignals?.()
    untold.add(app)
  }
  // Assignments to an application go to a proxy that ignores them, definitions go through.
  Object.defineProperty(app, 'enableShutdownHooks', {
    configurable: true,
    value: () => {
      if (log === undefined) untold.add(app)
      else warn(log)
      return app
    },
  })
  if (log !== undefined && untold.delete(app)) warn(log)
}

function warn(log: Log): void {
  log.warn({ hint: HINT }, `enableShutdownHooks() of Nest has no effect here. ${HINT}`)
}
