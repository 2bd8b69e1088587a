import { openSync, readFileSync, rmSync } from 'node:fs'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createService, type ResourceDefinition, type Service } from 'seaworthy'
import { vi } from 'vitest'

/** A line of the log. */
export interface Line {
  readonly event?: string
  readonly msg: string
  readonly [field: string]: unknown
}

/**
 * A service with one resource, `db`, whose liveness is asked for all the time: whatever becomes of a dependency, it must
 * stay 200.
 */
export class OutageService<T> implements AsyncDisposable {
  readonly service: Service
  readonly value: T
  /** Each status that liveness was answered with. */
  readonly liveness = new Set<number>()
  readonly #folder: string
  readonly #file: string
  #isOver = false
  readonly #watching: Promise<void>

  private constructor(service: Service, value: T, folder: string, file: string) {
    this.service = service
    this.value = value
    this.#folder = folder
    this.#file = file
    this.#watching = this.#watch()
  }

  static async start<T>(definition: ResourceDefinition<unknown, T>): Promise<OutageService<T>> {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-outage-'))
    const file = join(folder, 'log')
    const service = createService({
      name: 'outage',
      env: { OTEL_SDK_DISABLED: 'true' },
      admin: { port: 0, host: '127.0.0.1', offLoop: false },
      isTerminal: true,
      logging: { level: 'info', fd: openSync(file, 'a') },
      shutdown: { drainDelay: 0, inFlight: '2s', stop: '4s', flush: '100ms', margin: '100ms' },
    })
    const kept: { value?: T } = {}
    service.resource('db', {
      ...definition,
      start: async (context) => {
        const value = await definition.start(context)
        kept.value = value
        return value
      },
    })
    service.health.setThresholds({ interval: '100ms', timeout: '1s', fall: 1, rise: 1 })
    await service.start()
    return new OutageService(service, kept.value as T, folder, file)
  }

  get lines(): readonly Line[] {
    return readFileSync(this.#file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line)
  }

  /** Lines with that event. */
  said(event: string): readonly Line[] {
    return this.lines.filter((line) => line.event === event)
  }

  /** Waits until readiness is answered with that status. */
  async becomes(status: 200 | 503): Promise<void> {
    await vi.waitUntil(async () => (await this.#ask('/readyz')) === status, { timeout: 40_000, interval: 20 })
  }

  /** Stops the service, which has to be clean; liveness was 200 throughout. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#watching
    const statuses = [...this.liveness].join(', ')
    if (statuses !== '200') throw new Error(`liveness was answered with ${statuses}`)
    const { clean } = await this.service.stop()
    if (!clean) throw new Error('the stop was not clean')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.#watching
    await this.service.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      this.liveness.add(await this.#ask('/livez'))
      await pause(20)
    }
  }

  async #ask(path: string): Promise<number> {
    const answer = await fetch(`${this.service.adminAddress?.url}${path}`)
    await answer.body?.cancel()
    return answer.status
  }
}

/** Calls that are made all the time, by several callers at once, as requests would. */
export class SteadyCalls implements AsyncDisposable {
  made = 0
  succeeded = 0
  /** How often each code, or else each name, was the error of a call. */
  readonly errors = new Map<string, number>()
  #isOver = false
  readonly #callers: Promise<unknown>

  constructor(call: () => Promise<unknown>, callers = 20) {
    this.#callers = Promise.all(Array.from({ length: callers }, () => this.#go(call)))
  }

  /** Waits until that many more calls have ended, in whatever way. */
  async more(count: number): Promise<void> {
    const target = this.made + count
    await vi.waitUntil(() => this.made >= target, { timeout: 40_000, interval: 10 })
  }

  /** Waits until that many more have succeeded. */
  async moreSucceed(count: number): Promise<void> {
    const target = this.succeeded + count
    await vi.waitUntil(() => this.succeeded >= target, { timeout: 40_000, interval: 10 })
  }

  /** Waits for every call that was made: none may hang. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#callers
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }

  async #go(call: () => Promise<unknown>): Promise<void> {
    while (!this.#isOver) {
      try {
        await call()
        this.succeeded += 1
      } catch (error) {
        const { code, name } = error as { code?: unknown; name?: unknown }
        const key = String(code ?? name)
        this.errors.set(key, (this.errors.get(key) ?? 0) + 1)
      }
      this.made += 1
      await pause(5)
    }
  }
}
