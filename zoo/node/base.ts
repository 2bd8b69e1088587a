/**
 * A service that is as it should be, made of parts. An animal replaces one part by one that is not; its golden twin replaces
 * none. Plain `node:http`: what the platform does by itself is part of what is tried.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { readPort } from './read-port.ts'
import { stockSdk } from './stock-sdk.ts'
import type { Telemetry } from './telemetry.ts'

const { env } = process

/** Never waits for whoever reads. */
const output = pino.destination({ sync: false })
export const log = pino({ level: env['LOG_LEVEL'] ?? 'info', base: null }, output)

/** What the parts know of each other. */
export interface Ship {
  readonly server: Server
  readonly telemetry: Telemetry
  /** Requests that are being answered. */
  inFlight: number
  /** Whether it was told to stop. */
  isStopping: boolean
  /** Whether each answer says `Connection: close`. */
  saysClose: boolean
  /** Whether what was loaded at the start is there. */
  isLoaded: boolean
  /** Whether the dependency answered when it was asked last; true without one. */
  hasDependency: boolean
}

export type Handler = (request: IncomingMessage, response: ServerResponse, ship: Ship) => Promise<void>

export interface Parts {
  readonly telemetry: () => Telemetry
  readonly port: () => number
  /** How long what it needs takes to load. */
  readonly loadingMs: number
  /** Before it listens. */
  readonly beforeListening: () => Promise<void>
  /** When it can't listen. */
  readonly cannotListen: (error: Error, ship: Ship) => void
  readonly isReady: (ship: Ship) => boolean | Promise<boolean>
  readonly isAlive: (ship: Ship) => boolean | Promise<boolean>
  /** Probes, and nothing else; absent paths are answered as any other. */
  readonly probePaths: { readonly ready: string; readonly live: string }
  readonly handle: Handler
  /** What is written of a request, before it is answered. */
  readonly log: (request: IncomingMessage, ship: Ship) => void
  /** What becomes of an error that nobody caught. */
  readonly crash: (error: Error, ship: Ship) => Promise<void>
  /** Asks whether the dependency is there, again and again. */
  readonly watch: ((ship: Ship) => Promise<void>) | undefined
  /** At each SIGTERM and SIGINT; 1 for the first. */
  readonly stop: ((ship: Ship, count: number) => unknown) | undefined
  /** When all is put together and before it listens. */
  readonly also: (ship: Ship) => void
}

const GOLDEN: Parts = {
  telemetry: stockSdk,
  port: readPort,
  loadingMs: 0,
  beforeListening: async () => {},
  cannotListen(error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  },
  isReady: ({ isStopping, isLoaded, hasDependency }) => isLoaded && hasDependency && !isStopping,
  isAlive: () => true,
  probePaths: { ready: '/readyz', live: '/livez' },
  handle: answer,
  log: logRequest,
  crash: crashInOrder,
  watch: undefined,
  stop: stopInOrder,
  also: () => {},
}

/** Starts the service with these parts in place of its own. */
export async function sail(replaced: Partial<Parts> = {}): Promise<void> {
  const parts = { ...GOLDEN, ...replaced }
  const { probePaths, stop } = parts
  const telemetry = parts.telemetry()
  const server = createServer((request, response) => {
    if (ship.saysClose) response.setHeader('Connection', 'close')
    const path = pathOf(request)
    const probe = path === probePaths.live ? parts.isAlive : path === probePaths.ready ? parts.isReady : undefined
    if (probe !== undefined) return void tell(probe(ship), response)
    ship.inFlight++
    response.once('close', () => ship.inFlight--)
    void telemetry.serve(request, response, async () => {
      parts.log(request, ship)
      await parts.handle(request, response, ship)
    })
  })
  const ship: Ship = {
    server,
    telemetry,
    inFlight: 0,
    isStopping: false,
    saysClose: false,
    isLoaded: parts.loadingMs === 0,
    hasDependency: parts.watch === undefined,
  }
  server.keepAliveTimeout = 65_000
  if (stop !== undefined) {
    let count = 0
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(ship, ++count))
  }
  // It has no terminal that could be gone, and nothing to read again.
  process.on('SIGHUP', () => {})
  process.on('uncaughtException', (error) => void parts.crash(error, ship))
  parts.also(ship)
  const port = parts.port()
  await parts.beforeListening()
  server.once('error', (error) => parts.cannotListen(error, ship))
  server.listen(port)
  if (parts.loadingMs > 0) setTimeout(() => (ship.isLoaded = true), parts.loadingMs)
  void parts.watch?.(ship)
}

export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? url
}

export function logRequest(request: IncomingMessage, { telemetry }: Ship): void {
  log.info({ method: request.method, path: pathOf(request), trace_id: telemetry.traceId() }, 'request')
}

/** Says why, sends what it knows, and ends with an error. */
async function crashInOrder(error: Error, { telemetry }: Ship): Promise<void> {
  log.fatal({ err: error }, 'uncaught error')
  telemetry.fail(error)
  await telemetry.stop(FLUSH_MS)
  await written()
  process.exit(1)
}

/** Resolves when every line has been taken. */
export async function written(): Promise<void> {
  await new Promise<void>((resolve) => output.flush(() => resolve()))
}

/** `/` at once, `/slow` after 600 ms, `POST /echo` when the body has come; 503 while it can't work. */
export async function answer(request: IncomingMessage, response: ServerResponse, ship: Ship): Promise<void> {
  const path = pathOf(request)
  if (!ship.isLoaded) return void response.writeHead(503).end('still loading\n')
  if (path === '/crash') {
    setImmediate(() => {
      throw new Error('a mistake that nobody caught')
    })
    await pause(5000)
    return
  }
  if (!['/', '/slow', '/echo'].includes(path)) return void response.writeHead(404).end('no such thing\n')
  const body = request.method === 'POST' ? await whole(request) : undefined
  if (path === '/slow') await pause(600)
  // What it takes: so little that it could be a lookup in memory.
  else await pause(1)
  response.end(body === undefined ? 'ok\n' : `${body.length} bytes\n`)
}

async function whole(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
  } catch {
    // The client has gone; nobody waits for the answer.
  }
  return Buffer.concat(chunks).toString()
}

async function tell(isGood: boolean | Promise<boolean>, response: ServerResponse): Promise<void> {
  response.writeHead((await isGood) ? 200 : 503).end()
}

/** Time for everybody who sends requests to hear that nobody should. */
const DRAIN_MS = 1500
/** Requests that are not done by then are cut. */
const IN_FLIGHT_MS = 8000
const FLUSH_MS = 2500

/** Says no to readiness, tells its clients, takes what comes meanwhile, and ends when nothing is left. */
export async function stopInOrder(ship: Ship, count = 1): Promise<void> {
  if (count > 1) process.exit(130)
  ship.isStopping = true
  ship.saysClose = true
  await pause(DRAIN_MS)
  await closeInOrder(ship)
  await ship.telemetry.stop(FLUSH_MS)
  await written()
  process.exit(0)
}

/** Closes the listener, waits for what is in flight, and lets the connections go that are idle. */
export async function closeInOrder(ship: Ship): Promise<void> {
  ship.server.close()
  const until = performance.now() + IN_FLIGHT_MS
  while (ship.inFlight > 0 && performance.now() < until) await pause(20)
  await pause(100)
  ship.server.closeAllConnections()
}
