import type { FlushOutcome } from '../../core/final-flush.ts'
import type { Signal } from '../../otlp/model.ts'
import { EMPTY_ACCOUNT, type SignalAccount } from '../pipeline/signal-account.ts'
import { foreignPage } from '../prometheus/absent-page.ts'
import type { ScrapeAnswer } from '../prometheus/scrape.ts'
import type { ResourceAttributes } from '../resource/resource.ts'
import { readSamplingPlan } from '../sampling/read-sampling-plan.ts'
import { SamplingHandle, type TelemetrySampling } from '../sampling-handle.ts'
import type { ResolvedTelemetryOptions, Telemetry } from '../telemetry-options.ts'
import { findProviders, type ForeignSdk } from './foreign-sdk.ts'
import { openProvider, type TelemetryProvider } from './telemetry-provider.ts'

/** As long as a service's own flush takes by default. */
const SHUTDOWN_LIMIT_MS = 4000
/**
 * How long after the end of everything a `shutdown()` is answered that came with the signal: whoever waits for it wants to
 * end the process then, and the report of the service shall be written before.
 */
const ANSWER_DELAY_MS = 1000

/**
 * Telemetry whose recording is that of another SDK. It has its place in the final flush; nothing is registered or observed
 * here, and nothing is known of what that SDK has lost.
 */
export class ProvidedTelemetry implements Telemetry {
  readonly name = 'opentelemetry'
  readonly isOwn = false
  readonly resource: ResourceAttributes = {}
  readonly sampling: TelemetrySampling
  readonly #options: ResolvedTelemetryOptions
  readonly #provider: TelemetryProvider
  readonly #ended = Promise.withResolvers<void>()
  #sdk: ForeignSdk | undefined
  #flushing: Promise<FlushOutcome> | undefined
  #forget: (() => void) | undefined

  constructor(options: ResolvedTelemetryOptions, provider: TelemetryProvider) {
    this.#options = options
    this.#provider = provider
    this.sampling = new SamplingHandle(undefined, readSamplingPlan({}))
  }

  async start(): Promise<void> {
    if (this.#sdk !== undefined) return
    const { finalFlush, clock } = this.#options
    this.#sdk = openProvider(this.#provider, clock)
    this.#sdk.deferShutdown(() => this.#endEarly())
    this.#forget = finalFlush.add(this)
    this.#warnOfMissing()
  }

  /** Left to the SDK: which instrumentation of the log there is, and whether it sends lines, is its affair. */
  emitLogLine(): void {}

  scrape(): Promise<ScrapeAnswer> {
    return Promise.resolve(foreignPage())
  }

  account(): Readonly<Record<Signal, SignalAccount>> {
    return { traces: EMPTY_ACCOUNT, metrics: EMPTY_ACCOUNT, logs: EMPTY_ACCOUNT }
  }

  failures(): Readonly<Partial<Record<Signal, string>>> {
    return {}
  }

  flush(limitMs: number): Promise<FlushOutcome> {
    this.#flushing ??= (this.#sdk ?? openProvider(this.#provider, this.#options.clock)).flush(limitMs)
    return this.#flushing
  }

  async shutdown(): Promise<void> {
    if (!this.#options.finalFlush.deferring) await this.flush(SHUTDOWN_LIMIT_MS)
  }

  uninstall(): void {
    this.#forget?.()
    this.#forget = undefined
    this.#sdk?.release()
    this.#options.clock.schedule(ANSWER_DELAY_MS, () => this.#ended.resolve(), { keepAlive: false })
  }

  /**
   * Somebody shuts the SDK down who is not the final flush. In the middle of a shutdown that is left to the flush.
   * Otherwise it delivers and goes on; and when the service turns out to be ending, because both have heard the same
   * signal, it is answered only after that end: who asked usually ends the process next.
   */
  async #endEarly(): Promise<void> {
    const { finalFlush, log, clock } = this.#options
    log.debug({}, 'shutdown() of the OpenTelemetry SDK: left to the final flush')
    if (finalFlush.deferring) return
    await this.#sdk?.forceFlush()
    await new Promise<void>((resolve) => {
      clock.schedule(0, resolve)
    })
    if (finalFlush.deferring || this.#flushing !== undefined) await this.#ended.promise
  }

  #warnOfMissing(): void {
    const { env, log } = this.#options
    if (findProviders().size > 0 || env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return
    log.warn(
      {},
      'no OpenTelemetry SDK is registered with the API, so nothing reaches the one given as "provider": ' +
        'start it before the service, and see that there is one copy of @opentelemetry/api',
    )
  }
}
