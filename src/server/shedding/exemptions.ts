import type { IncomingHttpHeaders } from 'node:http'
import { PROBE_PATHS } from '../../health/probe-snapshot.ts'
import type { SheddingOptions } from './shedding-options.ts'

/** The probes of the service and of its groups, and what gRPC has in their place. */
const ALWAYS: readonly string[] = [...PROBE_PATHS, '/healthz/*', '/grpc.health.v1.Health/*']

/** Which requests are never refused. */
export class Exemptions {
  readonly #paths = new Set<string>()
  readonly #prefixes: string[] = []
  readonly #decide: Exclude<NonNullable<SheddingOptions['exempt']>, readonly string[]> | undefined

  constructor(exempt: NonNullable<SheddingOptions['exempt']>) {
    this.#decide = typeof exempt === 'function' ? exempt : undefined
    for (const path of [...ALWAYS, ...(typeof exempt === 'function' ? [] : exempt)]) {
      if (path.endsWith('*')) this.#prefixes.push(path.slice(0, -1))
      else this.#paths.add(path)
    }
  }

  /** @param target the path of the request, with or without its query. Never throws. */
  has(method: string, target: string, headers: IncomingHttpHeaders): boolean {
    const query = target.indexOf('?')
    const path = query === -1 ? target : target.slice(0, query)
    if (this.#paths.has(path)) return true
    for (const prefix of this.#prefixes) if (path.startsWith(prefix)) return true
    if (this.#decide === undefined) return false
    try {
      // Whatever else it returns, such as a promise, is no answer.
      return (this.#decide({ method, path, headers }) as unknown) === true
    } catch {
      return false
    }
  }
}
