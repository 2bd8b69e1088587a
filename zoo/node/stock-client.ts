import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { answer, pathOf, type Ship } from './base.ts'

/** Where the dependency is. */
export const STOCK_URL = process.env['STOCK_URL'] ?? 'http://127.0.0.1:9'
const WATCH_EVERY_MS = 500
const FAILURES_OF_OUTAGE = 2
const LIMIT_MS = 1000

export interface Question {
  readonly search?: string
  /** `Infinity`: none. */
  readonly limitMs?: number
  /** Of the client that waits. */
  readonly signal?: AbortSignal
}

/** Asks the dependency once. @throws when it does not answer in time, or badly */
export async function askStock(
  ship: Ship,
  { search = '', limitMs = LIMIT_MS, signal }: Question = {},
): Promise<string> {
  return ship.telemetry.ask(async (headers) => {
    const limits = limitMs === Infinity ? [] : [AbortSignal.timeout(limitMs)]
    const answered = await fetch(`${STOCK_URL}/left${search}`, {
      headers,
      signal: AbortSignal.any(signal === undefined ? limits : [signal, ...limits]),
    })
    if (!answered.ok) throw new Error(`the stock answered ${answered.status}`)
    return answered.text()
  })
}

/** Asks for as long as its client waits, and answers 503 without an answer. */
export async function answerFromStock(request: IncomingMessage, response: ServerResponse, ship: Ship): Promise<void> {
  if (pathOf(request) !== '/') return answer(request, response, ship)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  await reply(request, response, ship, gone.signal)
}

/** The same, with nobody to say that the client has gone. */
export async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  ship: Ship,
  signal?: AbortSignal,
): Promise<void> {
  const { search } = new URL(request.url ?? '/', 'http://shop')
  try {
    response.end(await askStock(ship, { search, ...(signal !== undefined && { signal, limitMs: 1500 }) }))
  } catch {
    response.writeHead(503).end('no stock\n')
  }
}

/** Asks twice a second, and keeps the answer for readiness; one that is missing or late is no outage yet. */
export async function watchStock(ship: Ship): Promise<void> {
  let failures = 0
  while (!ship.isStopping) {
    failures = (await isStockThere(ship)) ? 0 : failures + 1
    ship.hasDependency = failures === 0 || (ship.hasDependency && failures < FAILURES_OF_OUTAGE)
    await pause(WATCH_EVERY_MS)
  }
}

export async function isStockThere(ship: Ship, limitMs = LIMIT_MS): Promise<boolean> {
  try {
    const answered = await fetch(`${STOCK_URL}/health`, { signal: AbortSignal.timeout(limitMs) })
    await answered.text()
    return answered.ok && !ship.isStopping
  } catch {
    return false
  }
}

/** The parts of a service that depends on the stock. */
export const WITH_STOCK = { handle: answerFromStock, watch: watchStock } as const
