/**
 * Express 4 and 5 as a listener of a service.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import {
  type ApplicationHooks,
  type AttachOptions,
  type Bound,
  type Handle,
  type ServerApplication,
  type Service,
  setHttpRoute,
  signalOf,
} from 'seaworthy'

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- how Express' own types are extended
  namespace Express {
    interface Request {
      /** Aborted when the client goes away, and when a shutdown asks this request to end. */
      readonly signal: AbortSignal
    }
  }
}

/** As much of an Express application as this needs; what `express()` returns is one. */
export interface ExpressApp {
  (request: IncomingMessage, response: ServerResponse): unknown
  /** The prototype of every request of this application and of those mounted in it. */
  readonly request: object
  // oxlint-disable-next-line typescript/no-explicit-any -- Express has six forms of it, and two versions of each
  listen: (...args: any[]) => HttpServer
}

const ROUTE = Symbol('route of the request')
const MOUNTS = Symbol('where the request is')
const PREPARED = Symbol.for('seaworthy.express.prepared')

/** A mounted router, as the URL of this request has it and as it was declared. */
interface Mount {
  readonly url: string
  readonly pattern: string
}

interface ExpressRequest extends IncomingMessage {
  readonly params?: Readonly<Record<string, unknown>>
  [ROUTE]?: { readonly matched: unknown; readonly pattern: string | undefined }
  [MOUNTS]?: Mount[]
}

const AT_ROOT: Mount = { url: '', pattern: '' }

/**
 * Makes an Express application a listener: `start: () => fromExpress(app)`. Spans and reports name the matched route,
 * with the paths under which routers are mounted, and every request has a `signal`.
 *
 * An application works without it, too: `start: () => app`. Then reports name the path.
 */
export function fromExpress(app: ExpressApp): ServerApplication & { readonly server: HttpServer } {
  return { server: createServer(app), ...watch(app) }
}

/**
 * Gives an application that exists to `service`, which drains it. With `port`, the service listens. Without, the
 * application does, by `app.listen()`: call that afterwards, or pass the server that it returned.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'shop' })
 * attach(service, app.listen(8080))
 * await service.run()
 * ```
 */
export function attach<Config>(
  service: Service<Config>,
  target: ExpressApp | HttpServer | HttpsServer,
  options: AttachOptions = {},
): Handle<Bound> {
  const { name = 'http', ...where } = options
  if (typeof target !== 'function') {
    const app = target.listeners('request').find(isExpressApp)
    const routes = app === undefined ? {} : watch(app)
    if (where.port !== undefined) {
      return service.listener(name, { ...where, start: () => ({ server: target, ...routes }) })
    }
    return service.listener(name, { ...where, adopt: (adopt) => adopt(target), start: () => routes })
  }
  if (where.port !== undefined) return service.listener(name, { ...where, start: () => fromExpress(target) })
  return service.listener(name, {
    ...where,
    adopt(adopt) {
      const { listen } = target
      target.listen = (...args) => {
        const server = listen.apply(target, args)
        adopt(server)
        return server
      }
    },
    start: () => watch(target),
  })
}

/** Lets requests of `app` say what they matched and have a signal. Safe to call again. */
export function watch(app: Pick<ExpressApp, 'request'>): Pick<ApplicationHooks, 'routeOf'> {
  const prototype = app.request as { [PREPARED]?: boolean }
  if (!Object.hasOwn(prototype, PREPARED)) {
    prototype[PREPARED] = true
    // Express puts this prototype under each request, so its assignments arrive here and nothing global is touched.
    Object.defineProperties(prototype, { route: ROUTE_PROPERTY, baseUrl: BASE_URL_PROPERTY })
    if (!Object.hasOwn(prototype, 'signal')) Object.defineProperty(prototype, 'signal', SIGNAL_PROPERTY)
    if (isExpress4(app)) putPrototypeFirst(app)
  }
  return { routeOf: (request) => (request as ExpressRequest)[ROUTE]?.pattern }
}

/** Express 4 assigns `baseUrl` before it puts its prototype under a request; Express 5 does so at once. */
function putPrototypeFirst(app: Express4App): void {
  const handle = app.handle.bind(app)
  app.handle = (request, ...rest) => {
    if (Object.getPrototypeOf(request) !== app.request) Object.setPrototypeOf(request, app.request)
    handle(request, ...rest)
  }
}

interface Express4App {
  readonly request: object
  handle: (request: object, ...rest: readonly unknown[]) => void
}

function isExpress4(app: object): app is Express4App {
  return 'lazyrouter' in app
}

const SIGNAL_PROPERTY: PropertyDescriptor & ThisType<IncomingMessage> = {
  configurable: true,
  get() {
    return signalOf(this)
  },
  set(value: unknown) {
    // A middleware that brings a signal of its own goes on working.
    Object.defineProperty(this, 'signal', { value, configurable: true, enumerable: true, writable: true })
  },
}

/** Express sets `route` when it has found one, before its handlers run; at its end the mounts are gone again. */
const ROUTE_PROPERTY: PropertyDescriptor & ThisType<ExpressRequest> = {
  configurable: true,
  enumerable: true,
  get() {
    return this[ROUTE]?.matched
  },
  set(matched: { readonly path?: unknown } | undefined) {
    const path = describePath(matched?.path)
    const pattern = path === undefined ? undefined : joinPaths(this[MOUNTS]?.at(-1)?.pattern ?? '', path)
    this[ROUTE] = { matched, pattern }
    if (pattern !== undefined) setHttpRoute(pattern)
  },
}

/** Express sets `baseUrl` on the way into a mounted router and back; parameters of the mount are in `params` then. */
const BASE_URL_PROPERTY: PropertyDescriptor & ThisType<ExpressRequest> = {
  configurable: true,
  enumerable: true,
  get() {
    return (this[MOUNTS]?.at(-1) ?? AT_ROOT).url
  },
  set(url: string) {
    const mounts = (this[MOUNTS] ??= [AT_ROOT])
    while (mounts.length > 1 && !url.startsWith(`${mounts.at(-1)?.url}/`) && url !== mounts.at(-1)?.url) mounts.pop()
    const under = mounts.at(-1) ?? AT_ROOT
    if (url === under.url) return
    const added = url.startsWith(under.url) ? url.slice(under.url.length) : url
    mounts.push({ url, pattern: `${under.pattern}${generalise(added, this.params)}` })
  },
}

/** `/users/42` with the parameters `{ id: '42' }` is `/users/:id`. */
function generalise(path: string, params: Readonly<Record<string, unknown>> | undefined): string {
  const names = new Map(Object.entries(params ?? {}).map(([name, value]) => [value, name]))
  if (names.size === 0) return path
  const parts = path.split('/').map((part) => {
    const name = names.get(decode(part))
    return name === undefined ? part : `:${name}`
  })
  return parts.join('/')
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** A route may have one path, several, or an expression. */
function describePath(path: unknown): string | undefined {
  if (Array.isArray(path)) return path.map(String).join('|')
  return typeof path === 'string' || path instanceof RegExp ? String(path) : undefined
}

function joinPaths(mount: string, path: string): string {
  if (mount === '') return path
  return path === '/' ? mount : `${mount}${path}`
}

function isExpressApp(value: unknown): value is ExpressApp {
  return typeof value === 'function' && 'request' in value && 'handle' in value && typeof value.request === 'object'
}
