import { metrics, trace } from '@opentelemetry/api'
import type { FlushOutcome } from '../core/final-flush.ts'
import { settleWithin } from '../core/wait.ts'
import type { Signal } from '../otlp/model.ts'
import { type Registration, registerApiGlobals } from './api-globals.ts'
import { bridgeDiagnostics } from './diag-bridge.ts'
import { FastContextManager } from './context/context-manager.ts'
import { describeSpooled } from './describe-spooled.ts'
import { EarlyLines } from './early-lines.ts'
import { atExit } from './engine/at-exit.ts'
import type { Engine } from './engine/engine.ts'
import { isSwitchedOn } from './env/instrumentations-env.ts'
import { readTelemetryEnv, type TelemetrySettings } from './env/telemetry-env.ts'
import { observeDatabases } from './instrumentation/database/observe-databases.ts'
import { observeHttp } from './instrumentation/observe-http.ts'
import type { StandAsideOptions } from './instrumentation/stock-instrumentations.ts'
import { observeRuntime } from './instrumentation/runtime-metrics.ts'
import { ProvidedTelemetry } from './provider/provided-telemetry.ts'
import { createPropagator } from './propagation/create-propagator.ts'
import { OwnLog } from './own-log.ts'
import { EMPTY_ACCOUNT, lostCount, type SignalAccount } from './pipeline/signal-account.ts'
import { QuietLog } from './quiet-log.ts'
import { describeAbsence, isUnasked } from './unasked-collector.ts'
import { absentPage } from './prometheus/absent-page.ts'
import type { ScrapeAnswer, ScrapeRequest } from './prometheus/scrape.ts'
import { createResource, type ResourceAttributes } from './resource/resource.ts'
import { readSamplingPlan } from './sampling/read-sampling-plan.ts'
import { SamplingHandle } from './sampling-handle.ts'
import { toSamplingPlan } from './env/sampler-env.ts'
import {
  type ResolvedTelemetryOptions,
  resolveTelemetryOptions,
  type Telemetry,
  type TelemetryOptions,
} from './telemetry-options.ts'
import { warnOfForeign, warnOfSettings } from './start-warnings.ts'
import { TroubleReporter } from './trouble-reporter.ts'

export type { Telemetry, TelemetryOptions } from './telemetry-options.ts'

/** Name of the instrumentation scope of everything that is recorded here. */
const SCOPE = 'seaworthy'
/** As long as a service's own flush takes by default. */
const SHUTDOWN_LIMIT_MS = 4000

/**
 * Reads and checks the whole configuration. Opens nothing and loads no exporter; that is for `start()`.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, or `SEA_ENV_INVALID` with every variable that does not parse
 */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const resolved = resolveTelemetryOptions(options)
  const { provider, spool } = resolved.engine
  if (provider !== undefined) return new ProvidedTelemetry(resolved, provider)
  return new ProcessTelemetry(resolved, readTelemetryEnv(resolved.env, { spool }))
}

class ProcessTelemetry implements Telemetry {
  readonly name = 'telemetry'
  readonly isOwn = true
  readonly resource: ResourceAttributes
  readonly sampling: SamplingHandle

  readonly #options: ResolvedTelemetryOptions
  readonly #settings: TelemetrySettings
  readonly #log: OwnLog
  readonly #quietLog: QuietLog
  readonly #troubles: TroubleReporter
  readonly #earlyLines = new EarlyLines()
  #engine: Engine | undefined
  #starting: Promise<void> | undefined
  #flushing: Promise<FlushOutcome> | undefined
  #isExiting = false
  #undo: (() => void)[] = []

  constructor(options: ResolvedTelemetryOptions, settings: TelemetrySettings) {
    this.#options = options
    this.#settings = settings
    this.#log = new OwnLog(options.log)
    this.#quietLog = new QuietLog(this.#log, options.clock)
    this.#troubles = new TroubleReporter({
      log: this.#log,
      clock: options.clock,
      signals: settings.signals,
      isReached: (signal) => this.account()[signal].delivered > 0,
    })
    const chosen = settings.isSamplerSet ? undefined : options.engine.sampling
    this.sampling = new SamplingHandle(chosen, readSamplingPlan(toSamplingPlan(settings.sampler)))
    this.resource = createResource({
      serviceName: options.serviceName,
      serviceVersion: options.serviceVersion,
      fromOptions: options.resourceAttributes,
      fromEnv: settings.resourceAttributes,
      serviceNameFromEnv: settings.serviceName,
      env: options.env,
    })
  }

  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  emitLogLine(line: string): void {
    if (this.#settings.disabled || !this.#wantsLines) return
    // What telemetry says of its last flush would only lengthen it, or count as lost after it.
    if ((this.#flushing !== undefined || this.#isExiting) && this.#log.isWriting) return
    if (this.#engine === undefined) this.#earlyLines.add(line)
    else this.#engine.emitLine(line)
  }

  account(): Readonly<Record<Signal, SignalAccount>> {
    const of = (signal: Signal): SignalAccount => this.#engine?.account(signal) ?? EMPTY_ACCOUNT
    return { traces: of('traces'), metrics: of('metrics'), logs: this.#earlyLines.addTo(of('logs')) }
  }

  failures(): Readonly<Partial<Record<Signal, string>>> {
    const failures: Partial<Record<Signal, string>> = {}
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      const failure = this.#engine?.failure(signal)
      if (failure !== undefined) failures[signal] = failure
    }
    return failures
  }

  scrape(request: ScrapeRequest): Promise<ScrapeAnswer> {
    return this.#engine?.metricsPage?.answer(request) ?? Promise.resolve(absentPage(this.#settings))
  }

  flush(limitMs: number): Promise<FlushOutcome> {
    this.#flushing ??= this.#flush(limitMs)
    return this.#flushing
  }

  async shutdown(): Promise<void> {
    if (this.#options.finalFlush.deferring) {
      this.#log.debug({}, 'telemetry.shutdown() during a shutdown: left to the flush at its end')
      return
    }
    await this.flush(SHUTDOWN_LIMIT_MS)
  }

  uninstall(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo()
  }

  async #start(): Promise<void> {
    const settings = this.#settings
    warnOfSettings(this.#log, settings)
    if (settings.isSamplerSet && this.#options.engine.sampling !== undefined) {
      this.#log.warn(
        {},
        'OTEL_TRACES_SAMPLER is set, so the sampling plan of the code has no effect: unset it, or the plan',
      )
    }
    if (!settings.disabled) {
      const { startEngine } = await import('./engine/engine.ts')
      const engine = await startEngine({
        settings,
        resource: this.resource,
        clock: this.#options.clock,
        log: this.#log,
        onTrouble: (signal, trouble) => this.#troubles.report(signal, trouble),
        onProblem: (problem) => this.#reportProblem(problem),
        choices: { ...this.#options.engine, sampling: this.sampling.chosen },
        isUnasked: () => isUnasked(settings.signals, this.account()),
      })
      this.#engine = engine
      this.sampling.attach(engine.sampling)
      const forgetExit = atExit(() => {
        this.#isExiting = true
        engine.exit()
        this.#troubles.end()
      })
      this.#undo.push(() => void this.#letGo(engine).then(forgetExit), this.#options.finalFlush.add(this))
    }
    // Context is passed on even where nothing is recorded, as the specification asks of a disabled SDK.
    const contextManager = new FastContextManager()
    const registration = registerApiGlobals({
      contextManager,
      propagator: createPropagator(settings.propagators),
      ...this.#engine,
    })
    this.#undo.push(() => registration.restore())
    warnOfForeign(this.#log, registration.taken)
    // Later than the globals: that a place is taken has just been said in better words.
    this.#undo.push(bridgeDiagnostics(this.#quietLog))
    this.#instrument(registration, contextManager)
    this.#sendEarlyLines()
  }

  async #flush(limitMs: number): Promise<FlushOutcome> {
    const { clock } = this.#options
    const startedAt = clock.now()
    // The pipeline ends a little earlier, so that what it could not deliver is in the books when the limit is reached:
    // after a crash that is a tenth of a second, and the report is to say what was lost all the same.
    const deadline = startedAt + limitMs - Math.min(50, limitMs / 4)
    await settleWithin(clock, limitMs, async () => {
      await this.#starting?.catch(() => {})
      await this.#engine?.close(Math.max(0, deadline - clock.now()))
    })
    this.#troubles.sayAll()
    const account = this.account()
    const lost = Object.values(account).reduce((sum, signal) => sum + lostCount(signal) + signal.pending, 0)
    const note = describeAbsence(this.#settings.signals, account)
    const kept = describeSpooled(account)
    return {
      complete: lost === 0,
      details: { ...account, lost },
      ...(note === undefined ? {} : { note }),
      ...(kept === undefined ? {} : { kept }),
    }
  }

  /** A flush that has begun goes on to its end, even where the places in the API are given back meanwhile. */
  async #letGo(engine: Engine): Promise<void> {
    await this.#flushing
    await engine.release()
  }

  #instrument({ taken }: Registration, ownManager: FastContextManager): void {
    const { clock, instrument, ignoreRequest } = this.#options
    const onProblem = (error: unknown): void => this.#reportError(error)
    // Without an engine these are the API's own, which record nothing and pass on the context of others.
    const tracer = (this.#engine?.tracerProvider ?? trace).getTracer(SCOPE)
    const meter = (this.#engine?.meterProvider ?? metrics).getMeter(SCOPE)
    const isOn = (name: string): boolean => isSwitchedOn(this.#settings.instrumentations, name)
    // Where another one is registered, what is ours would be past it.
    const contextManager = taken.has('context') ? undefined : ownManager
    const aside: StandAsideOptions = {
      watchSpans: (name, listener) => this.#engine?.tracerProvider.watch(name, listener) ?? ((): void => {}),
      isMeasuring: (name) => this.#engine?.meterProvider.wasAskedFor(name) === true,
      onStandAside: (what, name) =>
        this.#log.info({ instrumentation: name }, `${what} are left to ${name}, which observes them as well`),
    }
    // Whoever owns the traces observes HTTP as well, and every request would appear twice.
    if (instrument.http && !taken.has('trace')) {
      const knownMethods = this.#settings.knownHttpMethods
      const propagators = taken.has('propagation') ? undefined : this.#settings.propagators
      this.#undo.push(
        observeHttp({
          tracer,
          meter,
          clock,
          knownMethods,
          ignoreRequest,
          onProblem,
          contextManager,
          propagators,
          isSwitchedOn: isOn,
          ...aside,
        }),
      )
    }
    if (instrument.databases && this.#engine !== undefined && !taken.has('trace')) {
      const engineTracer = this.#engine.tracerProvider.getTracer(SCOPE)
      const library = { tracer: engineTracer, meter, contextManager, onProblem, isSwitchedOn: isOn, ...aside }
      this.#undo.push(observeDatabases(library))
    }
    if (instrument.runtime && isOn('runtime-node') && this.#engine !== undefined && !taken.has('metrics')) {
      this.#undo.push(observeRuntime(meter))
    }
  }

  /** Processors of others see lines that go nowhere else, too. */
  get #wantsLines(): boolean {
    return this.#settings.signals.logs.exporter !== 'none' || this.#options.engine.logRecordProcessors.length > 0
  }

  #sendEarlyLines(): void {
    for (const line of this.#earlyLines.take()) this.emitLogLine(line)
    this.#engine?.loseLines(this.#earlyLines.takeDropped())
  }

  #reportProblem(problem: unknown): void {
    // A text was written for whoever reads the log, by a transport whose files cannot be used.
    if (typeof problem === 'string') this.#quietLog.warn('transport', {}, problem)
    else this.#reportError(problem)
  }

  #reportError(error: unknown): void {
    this.#quietLog.warn('internal', { err: error }, 'telemetry of something failed, the service goes on')
  }
}
