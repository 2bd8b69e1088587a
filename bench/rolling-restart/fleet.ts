import { systemClock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { freePort } from '../../src/process/free-port.ts'
import { Random } from '../../src/load/random.ts'
import { Haproxy } from './haproxy.ts'
import { Nginx } from './nginx.ts'
import { SETTLE_MS } from './plan.ts'
import { Replica } from './replica.ts'
import { lostOf, residueOf } from './residue.ts'
import { Route, type RouteFigures, type RouteOptions } from './route.ts'

export interface FleetOptions {
  /** From SIGTERM until those who send requests know that the replica goes, in milliseconds. */
  readonly lagMs: number
  readonly seed: number
  /**
   * What {@link Fleet.restart} stops. With `spare`, everything happens as with `replicas`, at the same moments and with
   * the same load on the machine, but to a replica that nobody is sent to: what fails then is not owed to a restart.
   */
  readonly restarted: 'replicas' | 'spare'
  readonly env: Readonly<Record<string, string>>
}

export interface FleetResult {
  readonly restarts: number
  readonly exitCodes: Readonly<Record<string, number>>
  readonly stopMs: readonly number[]
  readonly routes: Readonly<Record<string, RouteFigures>>
}

/** Two replicas, everything in front of them, and clients on every way to them. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #replicas: readonly [Replica, Replica]
  readonly #spare: Replica | undefined
  readonly #haproxy: Haproxy
  readonly #nginx: Nginx
  readonly #routes: readonly Route[]
  readonly #exitCodes: Record<string, number> = {}
  readonly #stopMs: number[] = []
  #endpoints: readonly Replica[]
  #turn = 0
  #restarts = 0
  #event = 'start'
  #eventAt = performance.now()

  private constructor(options: FleetOptions, ports: readonly number[]) {
    const [port0 = 0, admin0 = 0, port1 = 0, admin1 = 0, haproxyPort = 0, nginxPort = 0, spare = 0, spareAdmin = 0] =
      ports
    this.#options = options
    this.#replicas = [
      new Replica({ port: port0, adminPort: admin0 }, options.env),
      new Replica({ port: port1, adminPort: admin1 }, options.env),
    ]
    if (options.restarted === 'spare') this.#spare = new Replica({ port: spare, adminPort: spareAdmin }, options.env)
    this.#endpoints = this.#replicas
    this.#haproxy = new Haproxy(haproxyPort, options.lagMs)
    this.#nginx = new Nginx(nginxPort)
    const random = new Random(options.seed)
    const direct = (): number => this.#endpoints[this.#turn++ % this.#endpoints.length]?.port ?? 0
    const viaHaproxy = (): number => haproxyPort
    const viaNginx = (): number => nginxPort
    const busy = { clients: 8, thinkMs: 200, wireDelayMs: 0, keepAlive: true, random }
    const routes: readonly RouteOptions[] = [
      { ...busy, name: 'HAProxy, kept alive', nextPort: viaHaproxy },
      { ...busy, name: 'HAProxy, new connections', nextPort: viaHaproxy, keepAlive: false, clients: 4 },
      { ...busy, name: 'nginx, new connections', nextPort: viaNginx, keepAlive: false },
      { ...busy, name: 'direct, kept alive, 25 ms of wire', nextPort: direct, wireDelayMs: 25 },
      { ...busy, name: 'direct, new connections, 25 ms of wire', nextPort: direct, wireDelayMs: 25, keepAlive: false },
      { ...busy, name: 'nginx, kept alive', nextPort: viaNginx, clients: 4 },
      { ...busy, name: 'direct, seldom used, 25 ms of wire', nextPort: direct, wireDelayMs: 25, thinkMs: 8000 },
    ]
    this.#routes = routes.map((route) => new Route(route, () => this.#describeMoment()))
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const ports: number[] = []
    while (ports.length < 8) ports.push(await freePort())
    const fleet = new Fleet(options, ports)
    try {
      await Promise.all(fleet.#all.map((replica) => replica.start()))
      await fleet.#haproxy.start(fleet.#replicas)
      await fleet.#nginx.start(fleet.#replicas)
      await sleep(systemClock, SETTLE_MS)
    } catch (error) {
      await fleet.#end()
      throw error
    }
    for (const route of fleet.#routes) route.start()
    return fleet
  }

  /** One replica after the other: SIGTERM, its exit, its successor on the same port, ready. */
  async restart(): Promise<void> {
    const spare = this.#spare
    for (const [index, replica] of (spare === undefined ? this.#replicas : [spare, spare]).entries()) {
      this.#say(`SIGTERM ${index}`)
      const stoppedAt = performance.now()
      const removed = this.#removeAfterLag(replica)
      const { code, signal } = await replica.stop()
      this.#stopMs.push(Math.round(performance.now() - stoppedAt))
      const how = signal ?? String(code)
      this.#exitCodes[how] = (this.#exitCodes[how] ?? 0) + 1
      if (how !== '0') process.stderr.write(`${['an unclean exit:', ...replica.lines.slice(-3)].join('\n  ')}\n`)
      this.#say('exit')
      await replica.start()
      await removed
      this.#say('ready')
      await this.#setEndpoints(this.#replicas)
      await sleep(systemClock, SETTLE_MS)
    }
    this.#restarts++
  }

  /** What failed so far: of what ought not to, and of what nobody promises. */
  get failedSoFar(): { readonly lost: number; readonly residue: number } {
    let lost = 0
    let residue = 0
    for (const { options, figures } of this.#routes) {
      lost += lostOf(options.name, figures)
      residue += residueOf(options.name, figures)
    }
    return { lost, residue }
  }

  async stop(): Promise<FleetResult> {
    await Promise.all(this.#routes.map((route) => route.stop()))
    await this.#end()
    return {
      restarts: this.#restarts,
      exitCodes: this.#exitCodes,
      stopMs: this.#stopMs,
      routes: Object.fromEntries(this.#routes.map(({ options, figures }) => [options.name, figures])),
    }
  }

  get #all(): readonly Replica[] {
    return this.#spare === undefined ? this.#replicas : [...this.#replicas, this.#spare]
  }

  async #removeAfterLag(replica: Replica): Promise<void> {
    await sleep(systemClock, this.#options.lagMs)
    await this.#setEndpoints(this.#replicas.filter((other) => other !== replica))
  }

  async #setEndpoints(endpoints: readonly Replica[]): Promise<void> {
    this.#endpoints = endpoints
    await this.#nginx.setEndpoints(endpoints)
  }

  #say(event: string): void {
    this.#event = event
    this.#eventAt = performance.now()
  }

  #describeMoment(): string {
    return `${Math.round(performance.now() - this.#eventAt)} ms after ${this.#event}, restart ${this.#restarts}`
  }

  async #end(): Promise<void> {
    await Promise.all([this.#haproxy.stop(), this.#nginx.stop(), ...this.#all.map((replica) => replica.kill())])
  }
}
