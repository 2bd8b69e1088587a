import { createServer, type RequestListener, type Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { HookContext } from '../lifecycle/hook.ts'
import { formatDuration } from '../core/duration.ts'
import { describeKind } from '../core/option-reader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { applyServerDefaults } from '../server/server-defaults.ts'
import { listen } from '../server/listen.ts'
import { probeHandler } from '../server/probe-handler.ts'
import type { FinishReport, ServerDrain } from '../server/server-drain.ts'
import { trackServer } from '../server/track-server.ts'
import type { ComponentHost } from './component-host.ts'
import { toContext } from './component-host.ts'
import type { ComponentNode } from './component-node.ts'
import type { Bound, Listenable, ListenerDefinition, Needs } from './component.ts'
import type { NodeLimits } from './definition-reader.ts'

/** Shares of the in-flight slice: handlers are asked to end at the first, cut off at the second. */
const SOFT_SHARE = 0.8
const HARD_SHARE = 0.95

/** A listener as a node: built by the user, bound and drained by the runtime. */
export function toListenerNode<Config, N extends Needs>(
  host: ComponentHost<Config>,
  name: string,
  definition: ListenerDefinition<Config, N>,
  limits: NodeLimits,
): ComponentNode {
  let listener: RunningListener | undefined
  const cut: string[] = []

  return {
    name,
    kind: 'listener',
    ...limits,
    value: () => listener?.bound,
    async start({ signal }) {
      const built = toServer(name, await definition.start(toContext(host, name, definition.needs, signal)))
      await built.ready?.()
      listener = await bind(host, name, definition, built)
    },
    announce: () => listener?.drain.startDraining(),
    async finish({ limitMs }: HookContext) {
      if (listener === undefined) return
      const report = await listener.drain.finish({ limitMs: limitMs * HARD_SHARE, softLimitMs: limitMs * SOFT_SHARE })
      cut.push(...describeCut(name, report))
    },
    aborted: () => cut,
    async stop() {
      await listener?.close?.()
    },
  }
}

/** What had to be destroyed: by name as far as it is listed, the rest by number. */
function describeCut(name: string, { cut, cutCount }: FinishReport): readonly string[] {
  const more = cutCount - cut.length
  return [
    ...cut.map((work) => `${name}: ${work.name} after ${formatDuration(work.ageMs)}`),
    ...(more > 0 ? [`${name}: ${more} more`] : []),
  ]
}

interface BuiltServer {
  readonly server: Server
  readonly ready?: () => unknown
  readonly close?: () => unknown
}

interface RunningListener {
  readonly bound: Bound
  readonly drain: ServerDrain
  readonly close: (() => unknown) | undefined
}

function toServer(name: string, listenable: Listenable): BuiltServer {
  if (typeof listenable === 'function') return { server: createServer(listenable) }
  if (isServer(listenable)) return { server: listenable }
  const app = listenable as Partial<Exclude<Listenable, RequestListener | Server>> | undefined | null
  if (!isServer(app?.server)) throw notListenable(name, listenable)
  const { ready, close } = app
  return {
    server: app.server,
    // Called on the application, as their owners expect it.
    ...(ready === undefined ? {} : { ready: async () => ready.call(app) }),
    ...(close === undefined ? {} : { close: async () => close.call(app) }),
  }
}

function isServer(value: unknown): value is Server {
  return value instanceof NetServer
}

function notListenable(name: string, value: unknown): SeaworthyError {
  const got = value === undefined ? 'nothing (is a return missing?)' : describeKind(value)
  return new SeaworthyError(
    'SEA_LISTENER_NOT_LISTENABLE',
    `start of listener "${name}" must return a request handler, a server, or an application with a server; it returned ${got}`,
    { hint: 'Return (request, response) => …, http.createServer(…), or for example a Fastify instance.' },
  )
}

async function bind<Config, N extends Needs>(
  host: ComponentHost<Config>,
  name: string,
  definition: ListenerDefinition<Config, N>,
  built: BuiltServer,
): Promise<RunningListener> {
  const { server } = built
  const { port = 0, host: address } = definition
  const config = host.config()
  applyServerDefaults(server)
  if (definition.probes === true) answerProbesFirst(server, probeHandler(host.probes))
  const drain = trackServer(server, { clock: host.clock, name, log: host.logFor(name) })
  const bound = await listen(server, {
    name,
    port: typeof port === 'function' ? port(config) : port,
    ...(address === undefined ? {} : { host: typeof address === 'function' ? address(config) : address }),
    onError: (error) => host.fatal(name, error),
  })
  host.logFor(name).info({ port: bound.port, host: bound.host }, `listening on ${bound.url}`)
  return { bound, drain, close: built.close }
}

/** Puts the probes before whatever handles requests: its handlers run only for what is no probe. */
function answerProbesFirst(server: Server, answer: (...args: Parameters<RequestListener>) => boolean): void {
  const handlers = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    if (answer(request, response)) return
    for (const handler of handlers) handler.call(server, request, response)
  })
}
