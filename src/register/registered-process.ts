import { inspect } from 'node:util'
import type { Server } from 'node:net'
import type { Clock } from '../core/clock.ts'
import { onServiceCreated, type ServiceCreated } from '../core/service-created.ts'
import { exitCodeOfSignal } from '../core/signal-exit-code.ts'
import type { ShutdownReason, ShutdownReport } from '../lifecycle/shutdown-report.ts'
import { findServers, isClusterWorker } from './found-servers.ts'
import { HeldExit } from './held-exit.ts'
import { applicationListeners, interceptEvents } from './intercepted-events.ts'
import { QuietClock } from './quiet-clock.ts'
import type { RegisteredLife } from './registered-life.ts'

/**
 * A process into which Seaworthy was preloaded. Until a server listens, nothing is different and next to nothing is
 * loaded, so that children which inherit the option (npm, compilers, test runners) pay nothing and take no port.
 */
export class RegisteredProcess {
  readonly #target: NodeJS.Process
  readonly #clock: QuietClock
  readonly #held: HeldExit
  readonly #servers = new Set<Server>()
  #state: 'waiting' | 'begun' | 'aside' = 'waiting'
  #stopIntercepting: (() => void) | undefined
  #starting: Promise<RegisteredLife | undefined> | undefined
  #life: RegisteredLife | undefined
  #stopping: Promise<void> | undefined
  #isWaitingForIdle: (() => void) | undefined

  constructor(target: NodeJS.Process, clock: Clock) {
    this.#target = target
    this.#clock = new QuietClock(clock)
    this.#held = new HeldExit(target)
  }

  /** Begins to watch; `atOnce` does not wait for a server. */
  watch({ atOnce }: { readonly atOnce: boolean }): void {
    onServiceCreated((created) => this.#onServiceCreated(created))
    findServers({ onServer: (server) => this.#onServer(server), onOwn: () => this.#onOwn() })
    if (atOnce) this.#begin()
  }

  #onServer(server: Server): void {
    if (this.#state === 'aside') return
    if (isClusterWorker()) {
      this.#standAside('workers of node:cluster are not supported: run one process per replica instead')
      return
    }
    if (this.#state === 'waiting') this.#begin()
    if (this.#life !== undefined) this.#life.add(server)
    else {
      this.#servers.add(server)
      server.on('close', () => server.listening || this.#servers.delete(server))
    }
  }

  /** The application has an owner of its own: two of them would end each other. */
  #onServiceCreated({ startAfter }: ServiceCreated): void {
    if (this.#state === 'aside' || this.#stopping !== undefined) return
    const hasBegun = this.#state === 'begun'
    this.#standAside('this service is built on Seaworthy already')
    if (!hasBegun) return
    this.#stopIntercepting?.()
    this.#servers.clear()
    const starting = this.#starting ?? Promise.resolve()
    startAfter(this.#life?.handOver(starting) ?? starting)
  }

  /** Before a server of the application listens, an admin port is that of a service which is Seaworthy's already. */
  #onOwn(): void {
    if (this.#state === 'waiting') this.#standAside('this service is built on Seaworthy already')
  }

  #standAside(why: string): void {
    this.#state = 'aside'
    this.#target.stderr.write(`seaworthy/register does nothing in process ${this.#target.pid}: ${why}\n`)
  }

  #begin(): void {
    this.#state = 'begun'
    this.#stopIntercepting = interceptEvents(this.#target, this.#clock, {
      onSignal: (signal, args) =>
        this.#shutDown({ kind: 'signal', signal }, (life) => life.stop({ kind: 'signal', signal }, { signal, args })),
      onSecondSignal: (signal) => this.#leaveAtOnce(signal),
      onUncaught: (error, origin) => this.#onUncaught(error, origin),
      onIdle: () => this.#onIdle(),
      isHeldExit: this.#held.isHeldExit,
    })
    this.#starting = this.#start()
  }

  async #start(): Promise<RegisteredLife | undefined> {
    // Loaded only now: it is most of what Seaworthy is.
    const { startAround } = await import('./start-around.ts')
    const options = {
      target: this.#target,
      env: this.#target.env,
      clock: this.#clock,
      held: this.#held,
      exitCode: (end: { readonly clean: boolean }) => this.#exitCode(end),
      idleOr: <T>(until: Promise<T>) => this.#idleOr(until),
      openResources: () => this.#openResources(),
      servers: this.#servers,
      isHandedOver: () => this.#state === 'aside',
    }
    return startAround(options, (life) => (this.#life = life))
  }

  /** Ends the process by way of a shutdown; only the first call begins one. */
  #shutDown(reason: ShutdownReason, stop: (life: RegisteredLife) => Promise<ShutdownReport>): void {
    this.#stopping ??= this.#end(reason, stop)
  }

  async #end(reason: ShutdownReason, stop: (life: RegisteredLife) => Promise<ShutdownReport>): Promise<void> {
    const signal = reason.kind === 'signal' ? reason.signal : undefined
    this.#clock.hold()
    this.#held.hold(signal, (request) => this.#life?.warnOfExit(request))
    const life = await this.#starting
    if (life === undefined) {
      this.#endWithoutUs(reason)
      return
    }
    const report = await stop(life)
    this.#held.leave(this.#exitCode({ clean: report.clean && !life.hasFailedLate }))
  }

  /** What the application asked for, unless it asked for success and there was none. */
  #exitCode({ clean }: { readonly clean: boolean }): number {
    const asked = this.#held.request?.code ?? Number(this.#target.exitCode ?? 0)
    if (asked !== 0 && !Number.isNaN(asked)) return asked
    return clean ? 0 : 1
  }

  /** Our own start has failed: the application ends as it would have without us. */
  #endWithoutUs(reason: ShutdownReason): void {
    this.#clock.letGo()
    this.#held.release()
    if (reason.kind === 'uncaught') this.#held.leave(1)
    if (reason.kind !== 'signal') return
    const listeners = applicationListeners(this.#target, reason.signal)
    if (listeners.length === 0) this.#held.leave(exitCodeOfSignal(reason.signal))
    for (const listener of listeners) Reflect.apply(listener, this.#target, [reason.signal])
  }

  #onUncaught(error: unknown, origin: string): void {
    // As Node prints it before it dies, so that whoever looks for it finds it.
    this.#target.stderr.write(`${inspect(error)}\n\nNode.js ${this.#target.version}\n`)
    const reason = this.#life?.noteUncaught(error, origin) ?? ({ kind: 'uncaught', error } as const)
    if (this.#stopping !== undefined) void this.#life?.stop(reason)
    this.#shutDown(reason, (life) => life.stop(reason))
  }

  #leaveAtOnce(signal: NodeJS.Signals): void {
    const code = exitCodeOfSignal(signal)
    this.#life?.tellSecondSignal(signal, code)
    this.#held.leave(code)
  }

  #onIdle(): void {
    if (this.#isWaitingForIdle !== undefined) this.#isWaitingForIdle()
    else if (this.#stopping === undefined && this.#life !== undefined) {
      this.#shutDown({ kind: 'requested' }, (life) => life.stopIdle())
    }
  }

  /** What holds the process for the shutdown is a timer of ours. */
  #openResources(): readonly string[] {
    this.#clock.letGo()
    const resources = this.#target.getActiveResourcesInfo()
    this.#clock.hold()
    return resources
  }

  /**
   * Resolves when the process has nothing left to do, or as `until` does. What listens to `beforeExit` is called first
   * and may begin something new, so it counts only the second time.
   */
  async #idleOr<T>(until: Promise<T>): Promise<T | 'idle'> {
    const idle = Promise.withResolvers<'idle'>()
    let times = 0
    this.#isWaitingForIdle = () => {
      times++
      if (times < 2) setImmediate(() => {})
      else {
        this.#clock.hold()
        idle.resolve('idle')
      }
    }
    this.#clock.letGo()
    try {
      return await Promise.race([idle.promise, until])
    } finally {
      this.#isWaitingForIdle = undefined
      this.#clock.hold()
    }
  }
}
