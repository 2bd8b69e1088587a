import type { IncomingMessage } from 'node:http'
import { type ApplicationHooks, setHttpRoute, signalOf } from 'seaworthy'

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

/** Lets requests of `app` say what they matched and have a signal. Safe to call again. */
export function watch(app: { readonly request: object }): Pick<ApplicationHooks, 'routeOf'> {
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

/** Express 5 has no such method, and a property of the router that only Express 4 lets be read. */
export function isExpress4(app: object): app is Express4App {
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
