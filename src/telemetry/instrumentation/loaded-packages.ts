import { createRequire } from 'node:module'
import { subscribeAll } from './channels.ts'

/** As Node publishes a call of `require()`, at its end. */
interface RequireMessage {
  /** As it was written, or the whole path. */
  readonly id: string
  readonly result?: unknown
}

/**
 * Calls `use` with what a package exports: at once for each copy that this process has loaded, and for those that come
 * later as they are required or imported. Nothing is loaded for it, and no hooks of a loader are needed. Packages of ES
 * modules and what a bundler has swallowed are not found.
 *
 * @param name such as `@grpc/grpc-js`
 * @param main its main file, with `/` between its parts
 * @returns stops looking
 * @see https://nodejs.org/api/diagnostics_channel.html#modules
 */
export function whenPackageIsLoaded(
  name: string,
  main: string,
  use: (exported: object) => void,
  onProblem: (error: unknown) => void,
): () => void {
  const isIts = (path: string): boolean =>
    path === name || (path.length > main.length && path.replaceAll('\\', '/').endsWith(`/${name}/${main}`))
  const unsubscribe = subscribeAll(
    {
      'tracing:module.require:end'(message) {
        const { id, result } = message as RequireMessage
        if (typeof result === 'object' && result !== null && isIts(id)) use(result)
      },
    },
    onProblem,
  )
  try {
    for (const [path, module] of Object.entries(createRequire(import.meta.url).cache)) {
      if (!isIts(path)) continue
      const exported: unknown = module?.exports
      if (typeof exported === 'object' && exported !== null) use(exported)
    }
  } catch (error) {
    onProblem(error)
  }
  return unsubscribe
}
