import { GRPC_UNIMPLEMENTED } from './grpc-status.ts'

/** More than any server implements. */
const MAX_METHODS = 1000

/** For a method that the server does not know. */
export const OTHER_METHOD = '_OTHER'

/**
 * The methods that a server has, learned from its answers: a name that a caller makes up must not become a series, and
 * only the server knows which are its own. A method counts as known from its first answer on that isn't UNIMPLEMENTED.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/rpc/ (`rpc.method`)
 */
export class RpcMethods {
  readonly #known = new Set<string>()

  /** @returns the method, or `_OTHER` */
  name(method: string, status: string): string {
    if (this.#known.has(method)) return method
    if (status === GRPC_UNIMPLEMENTED || this.#known.size >= MAX_METHODS) return OTHER_METHOD
    this.#known.add(method)
    return method
  }
}
