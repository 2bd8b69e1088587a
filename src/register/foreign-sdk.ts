import { logs, metrics, trace } from '@opentelemetry/api'
import type { Environment } from '../core/env-reader.ts'
import type { FlushOutcome } from '../core/final-flush.ts'
import type { Signal } from '../otlp/model.ts'
import { messageOf } from '../lifecycle/shutdown-report.ts'

/** The part of a provider of an OpenTelemetry SDK that ends it. */
interface SdkProvider {
  shutdown(): Promise<unknown>
  forceFlush?(): Promise<unknown>
}

/**
 * An OpenTelemetry SDK that the application has registered itself. Everything it records stays its own affair; only its
 * end is put where it loses nothing: a `shutdown()` that comes while the service drains, usually from a listener of
 * SIGTERM of the SDK's own, is deferred to the flush, because an SDK drops every span that ends after it.
 */
export class ForeignSdk {
  readonly name = 'opentelemetry'
  readonly #providers: ReadonlyMap<Signal, SdkProvider>
  readonly #deferred = new Map<SdkProvider, () => Promise<unknown>>()

  constructor(providers: ReadonlyMap<Signal, SdkProvider>) {
    this.#providers = providers
  }

  /** What it records: `traces`, `metrics`, `logs`. */
  get signals(): readonly Signal[] {
    return [...this.#providers.keys()]
  }

  /** The class of what it has registered, such as `NodeTracerProvider`. */
  get className(): string {
    const [first] = this.#providers.values()
    // A bundler adds a number to a name that it finds twice.
    return first?.constructor.name.replace(/\$\d+$/, '') ?? 'unknown'
  }

  /** From now on a shutdown of the SDK does nothing until {@link flush}. */
  deferShutdown(): void {
    for (const provider of this.#providers.values()) {
      const shutdown = provider.shutdown.bind(provider)
      this.#deferred.set(provider, shutdown)
      provider.shutdown = async () => {}
    }
  }

  /** Delivers what it holds, and ends it. Never rejects. */
  async flush(): Promise<FlushOutcome> {
    const problems = await Promise.all([...this.#providers].map((each) => this.#end(...each)))
    const failed = Object.fromEntries(problems.filter((problem) => problem !== undefined))
    const complete = Object.keys(failed).length === 0
    return { complete, details: complete ? { signals: this.signals } : { signals: this.signals, failed } }
  }

  async #end(signal: Signal, provider: SdkProvider): Promise<readonly [Signal, string] | undefined> {
    try {
      // A provider that is shut down delivers first; a failing delivery is told by the flush only.
      await provider.forceFlush?.()
      await (this.#deferred.get(provider) ?? (() => provider.shutdown()))()
      return undefined
    } catch (error) {
      return [signal, messageOf(error)]
    }
  }
}

/** Finds an SDK that is registered with the OpenTelemetry API, in whichever copy of it; not ours, which comes later. */
export function findForeignSdk(): ForeignSdk | undefined {
  const places: readonly (readonly [Signal, unknown])[] = [
    ['traces', trace.getTracerProvider()],
    ['metrics', metrics.getMeterProvider()],
    ['logs', logs.getLoggerProvider()],
    ['logs', legacyLoggerProvider()],
  ]
  const providers = new Map<Signal, SdkProvider>()
  for (const [signal, place] of places) {
    const provider = behindProxy(place)
    if (isSdkProvider(provider) && !providers.has(signal)) providers.set(signal, provider)
  }
  return providers.size === 0 ? undefined : new ForeignSdk(providers)
}

/**
 * Who has brought the SDK, as far as the command line tells: the modules that were preloaded beside us.
 *
 * @returns for example `@opentelemetry/auto-instrumentations-node/register`; empty when there is none
 */
export function preloadedModules(execArgv: readonly string[], env: Environment): readonly string[] {
  const words = [...(env['NODE_OPTIONS'] ?? '').split(/\s+/), ...execArgv].map((word) => word.replaceAll('"', ''))
  const found = new Set<string>()
  for (const [index, word] of words.entries()) {
    const [option = '', value] = word.split(/=(.*)/s)
    if (PRELOAD.has(option)) found.add(value ?? words[index + 1] ?? '')
  }
  return [...found].filter(
    (name) => name !== '' && !name.startsWith('data:') && !/^seaworthy\b|\/register\/preload\./.test(name),
  )
}

const PRELOAD: ReadonlySet<string> = new Set(['--import', '--require', '-r', '--loader', '--experimental-loader'])

function behindProxy(place: unknown): unknown {
  const proxy = place as { getDelegate?: () => unknown; _getDelegate?: () => unknown } | undefined
  return proxy?.getDelegate?.() ?? proxy?._getDelegate?.() ?? proxy
}

function isSdkProvider(value: unknown): value is SdkProvider {
  return typeof (value as Partial<SdkProvider> | undefined)?.shutdown === 'function'
}

/** Before 1.10 the logs API was a package of its own, with a place of its own. */
function legacyLoggerProvider(): unknown {
  const scope = globalThis as { [LEGACY_LOGS]?: (version: number) => unknown }
  return scope[LEGACY_LOGS]?.(1)
}

const LEGACY_LOGS = Symbol.for('io.opentelemetry.js.api.logs')
