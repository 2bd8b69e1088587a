import type { Server } from 'node:net'
import { type Cancel, type Clock, systemClock } from '../core/clock.ts'
import type { Environment } from '../core/env-reader.ts'
import { formatDuration } from '../core/duration.ts'
import { isSeaworthyError } from '../core/seaworthy-error.ts'
import type { Log } from '../core/log.ts'
import { HealthChecker } from '../health/health-checker.ts'
import { toReportFields } from '../lifecycle/report-fields.ts'
import { messageOf, type ShutdownReason, type ShutdownReport } from '../lifecycle/shutdown-report.ts'
import { BUDGET_PATH, budgetRoute } from '../server/admin-budget.ts'
import { type AdminServer, createAdminServer } from '../server/admin-server.ts'
import type { ComponentNode } from '../service/component-node.ts'
import { CrashEvidence } from '../service/crash/crash-evidence.ts'
import { UncaughtExceptions } from '../service/crash/uncaught-exceptions.ts'
import { ServiceLife } from '../service/service-life.ts'
import type { ResolvedServiceOptions } from '../service/service-options.ts'
import { offLoopSettings } from '../service/service-core.ts'
import { addMetricsRoute, type MetricsAccess } from '../service/metrics-route.ts'
import { ShutdownGuard } from '../service/shutdown-guard.ts'
import { requireNode } from '../core/required-node.ts'
import { ApplicationHandlers, type InterceptedSignal } from './application-handlers.ts'
import { findForeignSdk, type ForeignSdk } from '../telemetry/provider/foreign-sdk.ts'
import type { ExitRequest, HeldExit } from './held-exit.ts'
import { preloadedModules } from './preloaded-modules.ts'
import { queuedLog } from './queued-log.ts'
import { resolveRegisterOptions } from './register-options.ts'
import { identifyService } from './service-identity.ts'
import { ServersNode } from './servers-node.ts'
import { tellSlowStop } from './slow-stop.ts'

export interface RegisteredLifeOptions {
  readonly target: NodeJS.Process
  readonly env: Environment
  readonly clock: Clock
  readonly held: HeldExit
  /** What the process exits with, as the application has asked for it or as the contract says. */
  readonly exitCode: (end: { readonly clean: boolean }) => number
  /** Resolves when nothing is left in the process that would keep it alive, or as `until` does. */
  readonly idleOr: <T>(until: Promise<T>) => Promise<T | 'idle'>
  /** What keeps the process alive, without what is ours. */
  readonly openResources: () => readonly string[]
}

/** A service around an application that knows nothing of it: its servers, its listeners of signals, its telemetry. */
export class RegisteredLife {
  readonly name: string
  readonly #options: RegisteredLifeOptions
  readonly #resolved: ResolvedServiceOptions
  readonly #life: ServiceLife
  readonly #log: Log
  readonly #servers: ServersNode
  readonly #handlers: ApplicationHandlers
  readonly #foreign: ForeignSdk | undefined
  readonly #admin: AdminServer
  readonly #metricsAccess: MetricsAccess
  readonly #exceptions: UncaughtExceptions
  #evidence: CrashEvidence | undefined
  #guard: ShutdownGuard | undefined
  #endSlowStop: Cancel | undefined
  #isHandedOver = false
  #forgetForeign: (() => void) | undefined
  #signal: InterceptedSignal | undefined
  #hasWarnedOfExit = false

  /** @throws {@link SeaworthyError} `SEA_NODE_TOO_OLD` */
  constructor(options: RegisteredLifeOptions) {
    const { target, env, clock, held, idleOr, openResources, exitCode } = options
    requireNode(target.versions.node)
    this.#options = options
    this.#foreign = findForeignSdk()
    const identity = identifyService(target.argv[1])
    const { service, admin } = resolveRegisterOptions({
      identity,
      env,
      clock,
      hasForeignSdk: this.#foreign !== undefined,
      exit: (code) => held.leave(code),
    })
    this.#resolved = service
    this.name = service.name
    const log = queuedLog(() => this.#life)
    this.#log = log
    this.#servers = new ServersNode({ clock, log, drainDelayMs: () => this.#life.drainDelayMs })
    this.#handlers = new ApplicationHandlers({ target, clock, held, log, idleOr, openResources })
    const nodes = [this.#servers, this.#applicationNode()]
    this.#life = new ServiceLife(
      this.#resolved,
      new Map<string, ComponentNode>(nodes.map((node) => [node.name, node])),
      new HealthChecker({ clock }),
    )
    this.#life.exitCode = ({ clean }) => exitCode({ clean })
    this.#life.whenLogging(() => (this.#evidence = CrashEvidence.begin(this.#life, this.#resolved)))
    this.#exceptions = new UncaughtExceptions({
      name: this.name,
      logging: () => this.#life.core?.logging,
      evidence: () => this.#evidence,
    })
    this.#life.onStop = (shutdown) => {
      this.#guard = new ShutdownGuard(shutdown, this.#resolved)
      this.#endSlowStop = tellSlowStop(shutdown, { clock, log, name: this.name })
    }
    this.#metricsAccess = admin?.metrics ?? 'off'
    const probes = this.#life.probes
    this.#admin = createAdminServer({
      ...admin,
      clock,
      log,
      probes,
      // The clock of the application's time is the real one, that only does not keep the process alive.
      offLoop:
        admin &&
        offLoopSettings({ ...service, clock: systemClock }, admin, {
          probes,
          logging: () => this.#life.core?.logging,
          crash: () => this.#life.core?.crash,
        }),
    })
    this.#life.onProbes = () => this.#admin.refreshProbes()
  }

  /** @throws {@link SeaworthyError} what {@link ServiceLife.start} throws; a port of the probes that is taken only warns */
  async start(): Promise<void> {
    if (this.#foreign !== undefined) this.#forgetForeign = this.#resolved.finalFlush.add(this.#foreign)
    await this.#life.start()
    if (this.#isHandedOver) return
    if (this.#life.core !== undefined) this.#admin.addRoute(BUDGET_PATH, budgetRoute(this.#life.core.budget))
    addMetricsRoute(this.#admin, this.#life.core?.telemetry, this.#metricsAccess)
    this.#warnOfForeign()
    await this.#openAdmin()
  }

  /** Leaves the servers as they were. */
  release(): void {
    this.#servers.release()
  }

  /** Lets go of the servers at once, then of the port of the probes and of telemetry; `started` is when it has begun. */
  async handOver(started: Promise<unknown>): Promise<void> {
    this.#isHandedOver = true
    this.#evidence?.end()
    this.#servers.release()
    this.#forgetForeign?.()
    await started
    await Promise.all([this.#admin.close(0), this.#life.abandon()])
  }

  add(server: Server): void {
    this.#servers.add(server)
  }

  /** Ends with the report on standard error; never rejects. */
  async stop(reason: ShutdownReason, signal?: InterceptedSignal): Promise<ShutdownReport> {
    this.#signal = signal
    this.#foreign?.deferShutdown()
    const stopping = this.#life.stop(reason)
    // Whoever reads this line and asks for readiness is told no, by whichever thread.
    if (signal !== undefined) this.#log.info({ signal: signal.signal }, `${this.name} received ${signal.signal}`)
    const report = await stopping
    this.#endSlowStop?.()
    await this.#admin.close(0)
    this.#guard?.letGo()
    this.#evidence?.end(toReportFields(report))
    return report
  }

  /** The process ends by itself: what listens was told not to keep it alive, and nobody is waited for. */
  stopIdle(): Promise<ShutdownReport> {
    this.#servers.release()
    return this.stop({ kind: 'requested' })
  }

  /** What was noticed while a shutdown already ran. */
  get hasFailedLate(): boolean {
    return this.#life.hasFailedLate
  }

  /** Puts an exception that nobody has caught to disk, into the log and into the telemetry. */
  noteUncaught(error: unknown, origin: string): ShutdownReason {
    return this.#exceptions.take(error, origin)
  }

  /** The report, written at once, because the process ends now. */
  tellSecondSignal(signal: NodeJS.Signals, exitCode: number): void {
    this.#guard?.tellSecondSignal(signal, exitCode)
  }

  /** Says once who would have cut the shutdown short. */
  warnOfExit(request: ExitRequest): void {
    if (this.#hasWarnedOfExit || !this.#handlers.isEarly(request)) return
    this.#hasWarnedOfExit = true
    const { call, place } = request
    this.#log.warn(
      { call, place },
      `${call}${place === '' ? '' : ` at ${place}`} would have ended the process in the middle of its shutdown; it is held back until everything has ended and telemetry is delivered. End what is open first, and call it last`,
    )
  }

  /** The application as what all servers need: its listeners of the signal run when the last of them has ended. */
  #applicationNode(): ComponentNode {
    return {
      name: 'application',
      kind: 'resource',
      needs: [],
      startLimitMs: 1000,
      value: () => undefined,
      start: () => {},
      stop: async ({ limitMs }) => {
        if (this.#signal !== undefined) await this.#handlers.run(this.#signal, limitMs)
      },
      aborted: () =>
        this.#handlers.openWork().map(({ name, ageMs }) => `application: ${name} after ${formatDuration(ageMs)}`),
      openWork: () => this.#handlers.openWork(),
    }
  }

  async #openAdmin(): Promise<void> {
    try {
      const { url } = await this.#admin.listen()
      this.#admin.unref()
      this.#log.info({ admin: url, servers: this.#servers.urls }, `${this.name}: probes are answered at ${url}`)
    } catch (error) {
      // Its stack would lead nobody to anything.
      const hint = isSeaworthyError(error) && error.hint !== undefined ? `. ${error.hint}` : ''
      this.#log.warn({}, `${this.name} runs without probes: ${messageOf(error)}${hint}`)
    }
  }

  #warnOfForeign(): void {
    if (this.#foreign === undefined) return
    const { signals, className } = this.#foreign
    const preloaded = preloadedModules(this.#options.target.execArgv, this.#options.env)
    const whose = preloaded.length === 0 ? className : `${className}, preloaded: ${preloaded.join(', ')}`
    this.#log.warn(
      { signals, preloaded },
      `the application has an OpenTelemetry SDK of its own (${whose}): ${signals.join(', ')} are its affair, Seaworthy records none and flushes it last in a shutdown`,
    )
  }
}
