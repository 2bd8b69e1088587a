import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import type { RequestLedger } from '../../../src/server/request-ledger.ts'
import type { SheddingOptions } from '../../../src/server/shedding/shedding-options.ts'
import { Random } from '../../../src/load/random.ts'
import { sheddingForTest } from './shedding-for-test.ts'

export interface ModelOptions {
  /** @default nothing is refused */
  readonly shedding?: SheddingOptions
  /** How many times of what can be done comes, by the second of the run. */
  readonly load: (second: number) => number
  readonly seconds: number
  /** What a request costs that is served, in milliseconds. */
  readonly servedMs: number
  /** The same for one that is refused. @default 0.1 */
  readonly refusedMs?: number
  /** When the loop does something else instead, and for how long, in milliseconds. */
  readonly pause?: { readonly atMs: number; readonly forMs: number }
}

/** What became of the requests that came in one second. */
export interface ModelSecond {
  come: number
  refused: number
  /** Served within a second, after which a client has given up. */
  inTime: number
  late: number
}

/**
 * An event loop on paper: in each turn it looks at its timer, and then serves or refuses, one after the other, all requests
 * that have come by then. Time is computed, so that the machine that runs it has no part in what comes of it.
 */
export function runModel({
  shedding = {},
  load,
  seconds,
  servedMs,
  refusedMs = 0.1,
  pause,
}: ModelOptions): ModelSecond[] {
  const source = new Random(7)
  const random = (): number => source.ratio()
  const { guard, chance } = sheddingForTest(shedding)
  const ledger = { load: 0, requestCount: 0, open() {}, setAside() {} }
  guard.guardHttp(new EventEmitter() as Server, ledger as unknown as RequestLedger)
  const limitMs = guard.settings.limits.maxEventLoopDelayMs
  const periodMs = limitMs === Infinity ? 500 : Math.min(100, Math.max(5, limitMs / 4))
  const result = Array.from({ length: seconds }, (): ModelSecond => ({ come: 0, refused: 0, inTime: 0, late: 0 }))
  const waiting: number[] = []
  const arrivals = { nextMs: 0 }
  const arrive = (untilMs: number): void => {
    while (arrivals.nextMs <= untilMs) {
      waiting.push(arrivals.nextMs)
      const factor = load(Math.floor(arrivals.nextMs / 1000))
      arrivals.nextMs += (-Math.log(1 - random()) * servedMs) / factor
    }
  }
  let nowMs = 0
  let sampledMs = 0
  let dueMs = periodMs
  let hasPaused = pause === undefined
  while (nowMs < seconds * 1000) {
    arrive(nowMs)
    if (waiting.length === 0) nowMs = Math.max(nowMs, Math.min(arrivals.nextMs, dueMs))
    if (nowMs >= dueMs) {
      guard.take({ nowMs, lateMs: nowMs - dueMs, passedMs: nowMs - sampledMs })
      sampledMs = nowMs
      dueMs = nowMs + periodMs
    }
    if (pause !== undefined && !hasPaused && nowMs >= pause.atMs) {
      hasPaused = true
      nowMs += pause.forMs
    }
    arrive(nowMs)
    for (const cameMs of waiting.splice(0)) {
      const second = result[Math.floor(cameMs / 1000)]
      chance.next = random()
      ledger.requestCount++
      const isRefused = guard.judge('GET', '/', {}) === 'refuse'
      nowMs += isRefused ? refusedMs : servedMs
      if (second === undefined) continue
      second.come++
      if (isRefused) second.refused++
      else if (nowMs - cameMs <= 1000) second.inTime++
      else second.late++
    }
  }
  return result
}

/** How much of what can be done was done in time, between two seconds. */
export function goodputOf(result: readonly ModelSecond[], servedMs: number, from: number, to = result.length): number {
  const inTime = result.slice(from, to).reduce((sum, second) => sum + second.inTime, 0)
  return (inTime * servedMs) / ((to - from) * 1000)
}

export function sumOf(result: readonly ModelSecond[], of: keyof ModelSecond, from: number, to = result.length): number {
  return result.slice(from, to).reduce((sum, second) => sum + second[of], 0)
}
