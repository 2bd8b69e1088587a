import { systemClock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import type { RawRequest, RawResult } from '../../src/load/raw-request.ts'
import type { Random } from '../../src/load/random.ts'

/** How clients of one kind reach the service. */
export interface RouteOptions {
  readonly name: string
  readonly clients: number
  /** Where a new connection goes; asked for each. */
  readonly nextPort: () => number
  /** Between two requests of one client, in milliseconds: evenly from 0 to this. */
  readonly thinkMs: number
  readonly wireDelayMs: number
  /** `false`: a connection for each request. */
  readonly keepAlive: boolean
  readonly random: Random
}

/** Counts of a route. `sent = answered + failed`; a connection that is refused carried nothing and is counted apart. */
export interface RouteFigures {
  sent: number
  answered: number
  failed: number
  refused: number
  /** How many failed in which way: how the connection ended, or the status. */
  readonly outcomes: Record<string, number>
  /** The first of them. */
  readonly failures: Failure[]
}

export interface Failure {
  readonly outcome: string
  readonly method: string
  readonly reuse: number
  /** What was going on: which replica had got its SIGTERM how long before, or had been started again. */
  readonly when: string
}

const MAX_FAILURES = 100
const REFUSED_PAUSE_MS = 20

/** Clients that go on sending, one request at a time each, and never send one again. */
export class Route {
  readonly options: RouteOptions
  readonly figures: RouteFigures = { sent: 0, answered: 0, failed: 0, refused: 0, outcomes: {}, failures: [] }
  readonly #now: () => string
  readonly #stop = new AbortController()
  readonly #running: Promise<void>[] = []

  constructor(options: RouteOptions, now: () => string) {
    this.options = options
    this.#now = now
  }

  start(): void {
    for (let client = 0; client < this.options.clients; client++) this.#running.push(this.#work())
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running)
  }

  async #work(): Promise<void> {
    const { thinkMs, keepAlive, random, nextPort, wireDelayMs } = this.options
    let connection: RawConnection | undefined
    while (!this.#stop.signal.aborted) {
      if (connection?.isUsable !== true)
        connection = new RawConnection({ clock: systemClock, host: '127.0.0.1', port: nextPort(), wireDelayMs })
      const request = nextRequest(random, keepAlive)
      const result = await connection.request(request)
      this.#count(request, result)
      if (result.outcome === 'refused') await sleep(systemClock, REFUSED_PAUSE_MS)
      else await sleep(systemClock, random.below(thinkMs + 1), { signal: this.#stop.signal })
    }
    connection?.close()
  }

  #count({ method = 'GET' }: RawRequest, { outcome, status, reuse }: RawResult): void {
    if (outcome === 'refused') {
      this.figures.refused++
      return
    }
    this.figures.sent++
    if (outcome === 'answered' && status === 200) {
      this.figures.answered++
      return
    }
    this.figures.failed++
    const how = status === undefined ? outcome : String(status)
    this.figures.outcomes[how] = (this.figures.outcomes[how] ?? 0) + 1
    if (this.figures.failures.length < MAX_FAILURES)
      this.figures.failures.push({ outcome: how, method, reuse, when: this.#now() })
  }
}

/** Half of them with a body, which no proxy may send twice. */
function nextRequest(random: Random, keepAlive: boolean): RawRequest {
  const headers = keepAlive ? {} : { Connection: 'close' }
  return random.chance(0.5)
    ? { path: '/', headers, timeoutMs: 20_000 }
    : { method: 'POST', path: '/', headers, body: 'x'.repeat(1 + random.below(2000)), timeoutMs: 20_000 }
}
