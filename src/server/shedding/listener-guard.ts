import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http'
import type { Server as NetServer } from 'node:net'
import type { Clock } from '../../core/clock.ts'
import { AcceptQueue } from './accept-queue.ts'
import { AdmissionRate } from './admission-rate.ts'
import type { StreamLedger } from '../http2-ledger.ts'
import type { AnyHttp2Server } from '../http2-server.ts'
import type { RequestLedger } from '../request-ledger.ts'
import { Exemptions } from './exemptions.ts'
import { guardHttp } from './guard-http.ts'
import { guardHttp2 } from './guard-http2.ts'
import { Jittered } from './jittered.ts'
import type { Judge, Verdict } from './judge.ts'
import type { LoadGuard } from './load-guard.ts'
import { LoopDelay } from './loop-delay.ts'
import { Pressure, type PressureObserver } from './pressure.ts'
import { type HttpRefusal, refuseHttp, refuseUpgrade, toHttpRefusal } from './refuse-http.ts'
import { type Http2Refusal, refuseStream, toHttp2Refusal } from './refuse-http2.ts'
import type { SheddingSettings } from './shedding-settings.ts'

/** What was measured at one moment, for all listeners. */
export interface Sample {
  readonly nowMs: number
  /** How late the timer was, and how long ago the one before came, in milliseconds. */
  readonly lateMs: number
  readonly passedMs: number
  /** Absent where memory was not looked at this time. */
  readonly memory?: MemorySample
}

export interface MemorySample {
  readonly residentBytes: number
  /** `undefined` when there is none. */
  readonly limitBytes: number | undefined
  readonly heapPercent: number
}

export interface GuardSurroundings {
  readonly clock: Clock
  readonly random: () => number
  readonly observer: PressureObserver
  /** Told when it has come before a server, or been taken off one. */
  readonly onServers: () => void
}

interface Account {
  readonly ledger: {
    readonly load: number
    /** Requests so far. */
    readonly requestCount: number
  }
  /** Leaves out of the load what is open already and exempt: event streams, where the limit comes later than they did. */
  readonly setExemptAside: () => void
}

/** What stands before one listener: decides about each request from what was measured last. */
export class ListenerGuard implements LoadGuard, Judge {
  readonly name: string
  /** Every limit of it, whether it is set or not. */
  readonly pressures: readonly Pressure[]
  settings: SheddingSettings
  readonly #clock: Clock
  readonly #random: () => number
  readonly #onServers: () => void
  readonly #delay: Pressure
  readonly #memory: Pressure
  readonly #heap: Pressure
  readonly #inFlight: Pressure
  readonly #accounts: Account[] = []
  /** Of its servers, each once, whichever protocols it speaks. */
  readonly #queues = new Map<NetServer, AcceptQueue>()
  readonly #admission = new AdmissionRate()
  #requestCount = 0
  #loop: LoopDelay
  #exemptions: Exemptions
  #http: Jittered<HttpRefusal>
  #http2: Jittered<Http2Refusal>
  /** Of those that refuse a share, the one that refuses most, if there is any. */
  #worst: Pressure | undefined

  constructor(name: string, settings: SheddingSettings, around: GuardSurroundings) {
    this.name = name
    this.settings = settings
    this.#clock = around.clock
    this.#random = around.random
    this.#onServers = around.onServers
    const { observer } = around
    this.#delay = new Pressure('event_loop_delay', { low: 0.5, full: 2 }, observer)
    this.#memory = new Pressure('memory', { low: 0.95, full: 1.05 }, observer)
    this.#heap = new Pressure('heap', { low: 0.95, full: 1.05 }, observer)
    this.#inFlight = new Pressure('in_flight', { low: 1, full: 2 }, observer)
    this.pressures = [this.#delay, this.#memory, this.#heap, this.#inFlight]
    this.#loop = new LoopDelay(1)
    this.#exemptions = new Exemptions(settings.exempt)
    this.#http = new Jittered(settings.retryAfter, this.#random, toHttpRefusal)
    this.#http2 = new Jittered(settings.retryAfter, this.#random, toHttp2Refusal)
    this.configure(settings)
  }

  /** Goes on by other settings, from the next request on. */
  configure(settings: SheddingSettings): void {
    const { limits, retryAfter, exempt } = settings
    if (limits.maxEventLoopDelayMs !== this.#delay.limit) {
      // What is known stays known, unless nobody has looked for a while.
      const knownMs = this.#delay.limit === Infinity ? 0 : this.#loop.averageMs
      this.#loop = new LoopDelay(limits.maxEventLoopDelayMs / 2, knownMs)
    }
    if (exempt !== this.settings.exempt) this.#exemptions = new Exemptions(exempt)
    if (retryAfter !== this.settings.retryAfter) {
      this.#http = new Jittered(retryAfter, this.#random, toHttpRefusal)
      this.#http2 = new Jittered(retryAfter, this.#random, toHttp2Refusal)
    }
    this.settings = settings
    const begins = this.#inFlight.limit === Infinity && limits.maxInFlight !== Infinity
    this.#delay.setLimit(limits.maxEventLoopDelayMs)
    this.#inFlight.setLimit(limits.maxInFlight)
    this.#heap.setLimit(limits.maxHeapPercent)
    // Of the memory, the limit is known once its use is.
    if (limits.maxMemoryPercent === Infinity && limits.maxMemoryBytes === Infinity) this.#memory.setLimit(Infinity)
    this.#findWorst()
    if (begins) for (const { setExemptAside } of this.#accounts) setExemptAside()
  }

  get isIdle(): boolean {
    return this.#worst === undefined && !this.#delay.isShedding && this.#inFlight.limit === Infinity
  }

  get isShedding(): boolean {
    return this.pressures.some((pressure) => pressure.isShedding)
  }

  judge(method: string, target: string, headers: IncomingHttpHeaders, besides = 0): Verdict {
    const most = this.#inFlight.limit
    const worst = this.#worst
    if (this.isIdle) return 'serve'
    if (this.#exemptions.has(method, target, headers)) return most === Infinity ? 'serve' : 'aside'
    if (most !== Infinity) {
      const load = this.load + besides
      if (load > most) {
        this.#inFlight.value = load
        this.#inFlight.begin(this.#clock.now())
        this.#inFlight.refused++
        return 'refuse'
      }
    }
    if (worst !== undefined && this.#random() < worst.share) {
      worst.refused++
      return 'refuse'
    }
    if (!this.#delay.isShedding || this.#admission.admits()) return 'serve'
    this.#delay.refused++
    return 'refuse'
  }

  /** Requests in flight on all its servers, of those that count. */
  get load(): number {
    let load = 0
    for (const { ledger } of this.#accounts) load += ledger.load
    return load
  }

  /** Takes what was measured. */
  take({ nowMs, lateMs, passedMs, memory }: Sample): void {
    const { settings } = this
    this.#takeDelay(nowMs, lateMs, passedMs)
    if (memory !== undefined) {
      const { maxMemoryPercent, maxMemoryBytes } = settings.limits
      const ofLimit = memory.limitBytes === undefined ? Infinity : (memory.limitBytes * maxMemoryPercent) / 100
      this.#memory.setLimit(Math.min(ofLimit, maxMemoryBytes))
      this.#memory.measured(memory.residentBytes, nowMs, settings)
      this.#heap.measured(memory.heapPercent, nowMs, settings)
    }
    this.#inFlight.value = this.load
    this.#inFlight.look(nowMs, settings, false)
    this.#findWorst()
  }

  /** It stands before no server any more: what it has begun is over. */
  rest(): void {
    for (const pressure of this.pressures) pressure.end()
    this.#findWorst()
  }

  /** Whether it stands before a server. */
  get isUsed(): boolean {
    return this.#accounts.length > 0
  }

  #takeDelay(nowMs: number, lateMs: number, passedMs: number): void {
    const { limit } = this.#delay
    if (limit === Infinity) return
    this.#loop.add(lateMs + this.#acceptWaitMs(nowMs), passedMs, 2 * limit)
    const requests = this.#countRequests()
    if (!this.#delay.isShedding) this.#admission.observe(requests, passedMs)
    this.#delay.measured(this.#loop.averageMs, nowMs, this.settings, nowMs - lateMs)
    if (this.#delay.isShedding) this.#admission.turn(this.#delay.ratio, passedMs, limit)
  }

  /** Of the server where connections wait the longest to be accepted. */
  #acceptWaitMs(nowMs: number): number {
    let waitMs = 0
    for (const queue of this.#queues.values()) waitMs = Math.max(waitMs, queue.waitMs(nowMs))
    return waitMs
  }

  /** How many requests have come since the last time. */
  #countRequests(): number {
    let count = 0
    for (const { ledger } of this.#accounts) count += ledger.requestCount
    const come = Math.max(0, count - this.#requestCount)
    this.#requestCount = count
    return come
  }

  guardHttp(server: Server, ledger: RequestLedger): () => void {
    const account = this.#enter(server, ledger, () => {
      for (const { request, response } of ledger.requests) {
        // What Express has taken off for a router is part of the path, too.
        const { method = 'GET', url = '/', originalUrl = url } = request as IncomingMessage & { originalUrl?: string }
        if (this.#exemptions.has(method, originalUrl, request.headers)) ledger.setAside(response)
      }
    })
    const undo = guardHttp(server, ledger, this, {
      refuse: (request, response) => refuseHttp(request, response, this.#http, this.#clock),
      refuseUpgrade: (socket) => refuseUpgrade(socket, this.#http, this.#clock),
    })
    return () => this.#release(server, account, undo)
  }

  guardHttp2(server: AnyHttp2Server, ledger: StreamLedger): () => void {
    const account = this.#enter(server, ledger, () => {
      for (const { stream, headers } of ledger.openStreams()) {
        if (this.#exemptions.has(headers[':method'] ?? 'GET', headers[':path'] ?? '', headers)) ledger.setAside(stream)
      }
    })
    const undo = guardHttp2(server, ledger, this, (stream, headers) => refuseStream(stream, headers, this.#http2))
    return () => this.#release(server, account, undo)
  }

  #enter(server: NetServer, ledger: Account['ledger'], setExemptAside: () => void): Account {
    const account = { ledger, setExemptAside }
    this.#accounts.push(account)
    if (this.#inFlight.limit !== Infinity) setExemptAside()
    if (!this.#queues.has(server)) this.#queues.set(server, new AcceptQueue(server))
    try {
      this.#onServers()
    } catch (error) {
      this.#release(server, account, () => {})
      throw error
    }
    return account
  }

  #release(server: NetServer, account: Account, undo: () => void): void {
    undo()
    this.#queues.get(server)?.stop()
    this.#queues.delete(server)
    const index = this.#accounts.indexOf(account)
    if (index === -1) return
    this.#accounts.splice(index, 1)
    this.#onServers()
  }

  #findWorst(): void {
    let worst: Pressure | undefined
    for (const pressure of [this.#memory, this.#heap]) {
      if (pressure.share > (worst?.share ?? 0)) worst = pressure
    }
    this.#worst = worst
  }
}
