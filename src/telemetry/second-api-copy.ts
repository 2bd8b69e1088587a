import type * as Api from '@opentelemetry/api'
import type { TracerProvider } from '@opentelemetry/api'
import { createRequire } from 'node:module'

type ApiCopy = Pick<typeof Api, 'ProxyTracerProvider' | 'trace'>

/**
 * The API is published twice, for `import` and for `require`. What is registered with one copy is found by the other, but
 * for tracers that a CommonJS module was given before: they belong to its copy, and would stay without effect for good.
 * Call it before anything is registered: afterwards that copy no longer says what it gave out.
 *
 * @returns gives those tracers a provider, and takes it back
 */
export function adoptEarlyTracers(): (provider: TracerProvider) => () => void {
  const copy = loadedCopy()
  const given = copy?.trace.getTracerProvider()
  if (copy === undefined || !(given instanceof copy.ProxyTracerProvider)) return () => () => {}
  return (provider) => {
    given.setDelegate(provider)
    // One without a delegate of its own, which records nothing.
    return () => given.setDelegate(new copy.ProxyTracerProvider())
  }
}

/** Only where somebody has loaded it: nobody else can have asked it for a tracer. */
function loadedCopy(): ApiCopy | undefined {
  try {
    const require = createRequire(import.meta.url)
    return require.cache[require.resolve('@opentelemetry/api')]?.exports as ApiCopy | undefined
  } catch {
    // A loader that knows no CommonJS packages: then there is no such copy.
    return undefined
  }
}
