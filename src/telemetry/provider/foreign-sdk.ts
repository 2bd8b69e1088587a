import { logs, metrics, trace } from '@opentelemetry/api'
import { type Clock, systemClock } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import type { FlushOutcome } from '../../core/final-flush.ts'
import { settleWithin } from '../../core/wait.ts'
import type { Signal } from '../../otlp/model.ts'

/** The part of an OpenTelemetry SDK, or of one of its providers, that ends it. */
export interface SdkPart {
  shutdown(): Promise<unknown>
  forceFlush?(): Promise<unknown>
}

/** By whom the parts are called in a report: a signal, or the SDK as a whole. */
type PartName = Signal | 'sdk'

/**
 * An OpenTelemetry SDK that is not ours. Everything it records stays its own affair; only its end is put where it loses
 * nothing: a `shutdown()` that comes before, usually from a listener of SIGTERM of the SDK's own, is deferred to the
 * flush, because an SDK drops every span that ends after it.
 */
export class ForeignSdk {
  readonly name = 'opentelemetry'
  readonly #providers: ReadonlyMap<Signal, SdkPart>
  readonly #whole: SdkPart | undefined
  readonly #clock: Clock
  /** How each part was before its shutdown was deferred. */
  readonly #restore = new Map<SdkPart, () => void>()

  /** @param whole what ends all of the providers at once, where there is such an object */
  constructor(
    providers: ReadonlyMap<Signal, SdkPart>,
    { whole, clock = systemClock }: { readonly whole?: SdkPart; readonly clock?: Clock } = {},
  ) {
    this.#providers = providers
    this.#whole = whole
    this.#clock = clock
  }

  /** What it records: `traces`, `metrics`, `logs`. */
  get signals(): readonly Signal[] {
    return [...this.#providers.keys()]
  }

  /** The class of what it has registered, such as `NodeTracerProvider`. */
  get className(): string {
    const [first] = this.#providers.values()
    // A bundler adds a number to a name that it finds twice.
    return (this.#whole ?? first)?.constructor.name.replace(/\$\d+$/, '') ?? 'unknown'
  }

  /** From now on a shutdown of the SDK does `instead` until {@link flush}. */
  deferShutdown(instead: () => Promise<void> = async () => {}): void {
    for (const part of this.#parts()) {
      if (this.#restore.has(part)) continue
      const own = Object.getOwnPropertyDescriptor(part, 'shutdown')
      this.#restore.set(part, () => {
        if (own === undefined) Reflect.deleteProperty(part, 'shutdown')
        else Object.defineProperty(part, 'shutdown', own)
      })
      Object.defineProperty(part, 'shutdown', { value: instead, configurable: true, writable: true })
    }
  }

  /** Takes {@link deferShutdown} back. */
  release(): void {
    for (const restore of this.#restore.values()) restore()
    this.#restore.clear()
  }

  /** Has everything delivered that it holds, and goes on. Never rejects. */
  async forceFlush(): Promise<void> {
    await Promise.allSettled(Array.from(this.#parts(), async (part) => part.forceFlush?.()))
  }

  /** Delivers what it holds, and ends it, in at most `limitMs`. Never rejects. */
  async flush(limitMs: number): Promise<FlushOutcome> {
    this.release()
    // Earlier, so that this can say what has not ended before the whole flush is given up, also on a busy event loop.
    const deadline = this.#clock.now() + limitMs - Math.min(200, limitMs / 5)
    const whole = this.#whole
    const problems = await Promise.all(
      [...this.#providers].map(([signal, provider]) =>
        this.#end(signal, deadline, async () => {
          // A provider that is shut down delivers first; a failing delivery is told by the flush only.
          await provider.forceFlush?.()
          if (whole === undefined) await provider.shutdown()
        }),
      ),
    )
    if (whole !== undefined) {
      problems.push(
        await this.#end('sdk', deadline, async () => {
          await whole.forceFlush?.()
          await whole.shutdown()
        }),
      )
    }
    const failed = Object.fromEntries(problems.filter((problem) => problem !== undefined))
    const complete = Object.keys(failed).length === 0
    // What an SDK drops, it counts nowhere: full queues and refusals of the collector are not known here.
    const known = { signals: this.signals, lost: 'unknown' }
    return { complete, details: complete ? known : { ...known, failed } }
  }

  *#parts(): Generator<SdkPart> {
    yield* this.#providers.values()
    if (this.#whole !== undefined) yield this.#whole
  }

  async #end(
    name: PartName,
    deadline: number,
    work: () => Promise<void>,
  ): Promise<readonly [PartName, string] | undefined> {
    const limitMs = deadline - this.#clock.now()
    if (limitMs <= 0) {
      // It is ended all the same, and nobody waits for it.
      void settleWithin(this.#clock, 0, work)
      return [name, 'no time was left for its end']
    }
    const settled = await settleWithin(this.#clock, limitMs, work)
    if (settled.outcome === 'done') return undefined
    if (settled.outcome === 'failed') return [name, describe(settled.error)]
    return [name, `did not end within ${formatDuration(limitMs)}`]
  }
}

/** Finds an SDK that is registered with the OpenTelemetry API, in whichever copy of it; not ours, which comes later. */
export function findForeignSdk(): ForeignSdk | undefined {
  const providers = findProviders()
  return providers.size === 0 ? undefined : new ForeignSdk(providers)
}

/** The providers of an SDK that are registered with the API, by what they record. */
export function findProviders(): ReadonlyMap<Signal, SdkPart> {
  const places: readonly (readonly [Signal, unknown])[] = [
    ['traces', trace.getTracerProvider()],
    ['metrics', metrics.getMeterProvider()],
    ['logs', logs.getLoggerProvider()],
    ['logs', legacyLoggerProvider()],
  ]
  const providers = new Map<Signal, SdkPart>()
  for (const [signal, place] of places) {
    const part = sdkPartOf(place)
    if (part !== undefined && !providers.has(signal)) providers.set(signal, part)
  }
  return providers
}

/** What can be ended of a provider, behind the proxy of the API; `undefined` where there is nothing to end. */
export function sdkPartOf(provider: unknown): SdkPart | undefined {
  const proxy = provider as { getDelegate?: () => unknown; _getDelegate?: () => unknown } | undefined
  const behind: unknown = proxy?.getDelegate?.() ?? proxy?._getDelegate?.() ?? proxy
  return isSdkPart(behind) ? behind : undefined
}

function isSdkPart(value: unknown): value is SdkPart {
  return typeof (value as Partial<SdkPart> | undefined)?.shutdown === 'function'
}

/** Before 1.10 the logs API was a package of its own, with a place of its own. */
function legacyLoggerProvider(): unknown {
  const scope = globalThis as { [LEGACY_LOGS]?: (version: number) => unknown }
  return scope[LEGACY_LOGS]?.(1)
}

const LEGACY_LOGS = Symbol.for('io.opentelemetry.js.api.logs')

function describe(error: unknown): string {
  // Several failures come as a list, from providers of several processors.
  if (Array.isArray(error)) return error.map(describe).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}
