import type { LoggerProvider, TracerProvider } from '@opentelemetry/api'
import { createRequire } from 'node:module'

/** Gives what was handed out early a provider; the result takes it back. */
export type Adopt<P> = (provider: P) => () => void

/** The tracers and loggers that were handed out before there was a provider, of all copies of the API. */
export interface EarlyProviders {
  readonly tracers: Adopt<TracerProvider>
  /** Of `@opentelemetry/api`. */
  readonly loggers: Adopt<LoggerProvider>
  /** Of `@opentelemetry/api-logs`. */
  readonly legacyLoggers: Adopt<LoggerProvider>
}

/**
 * The API is published twice, for `import` and for `require`, and a package may have an older one below it. What is
 * registered with one copy is found by the others, but for tracers and loggers that a module was given before: they belong
 * to its copy, and would stay without effect for good. Meters have nothing that stands in for them, in no copy: see `lateMeterProvider()`.
 *
 * Call it before anything is registered: afterwards a copy no longer says what it gave out. Copies that were loaded as
 * CommonJS can be found. Of the others there is one as a rule, with which everything is registered.
 */
export function findEarlyProviders(): EarlyProviders {
  const apis = loadedModules(/[\\/]@opentelemetry[\\/]api[\\/]/)
  const legacy = loadedModules(/[\\/]@opentelemetry[\\/]api-logs[\\/]/)
  return {
    tracers: adoptAll(apis, 'trace', 'getTracerProvider'),
    loggers: adoptAll(apis, 'logs', 'getLoggerProvider'),
    legacyLoggers: adoptAll(legacy, 'logs', 'getLoggerProvider'),
  }
}

type Members = Readonly<Record<string, unknown>>

function loadedModules(path: RegExp): readonly Members[] {
  try {
    const { cache } = createRequire(import.meta.url)
    return Object.keys(cache)
      .filter((each) => path.test(each))
      .map((each) => cache[each]?.exports as Members)
  } catch {
    // A loader that knows no CommonJS packages: then there are no such copies.
    return []
  }
}

function adoptAll<P>(modules: readonly Members[], api: string, ask: string): Adopt<P> {
  const providers = new Set(modules.map((module) => askFor(module, api, ask)))
  const adopts = Array.from(providers, (provider) => toAdopt<P>(provider)).filter((adopt) => adopt !== undefined)
  return (provider) => {
    const undo = adopts.map((adopt) => adopt(provider))
    return () => {
      for (const each of undo) each()
    }
  }
}

function askFor(module: Members, api: string, ask: string): Members | undefined {
  try {
    const entry = module[api] as Readonly<Record<string, () => Members>> | undefined
    return entry?.[ask]?.()
  } catch {
    return undefined
  }
}

/** `undefined` for a provider that somebody has registered, which stands in for nobody. */
function toAdopt<P>(early: Members | undefined): Adopt<P> | undefined {
  // The API of logs keeps this method for itself.
  const set = early?.['setDelegate'] ?? early?.['_setDelegate']
  if (early === undefined || typeof set !== 'function') return undefined
  const give = (provider: unknown): unknown => Reflect.apply(set, early, [provider])
  return (provider) => {
    give(provider)
    // What is asked for, or first used, from then on waits for the next one.
    return () => void give(undefined)
  }
}
