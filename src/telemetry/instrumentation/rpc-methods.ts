import { GRPC_UNIMPLEMENTED } from './grpc-status.ts'

/** More than any server implements. */
const MAX_METHODS = 1000
/** Enough for those of a server that nobody has waited for yet. */
const MAX_UNPROVEN = 100

/** For a method that the server does not know. */
export const OTHER_METHOD = '_OTHER'

/** What a server may answer before it has looked which method it is. */
const BEFORE_METHOD: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'PERMISSION_DENIED'])

/**
 * The methods that a server has, learned from its answers: a name that a caller makes up must not become a series, and
 * only the server knows which are its own. A method counts as known from its first answer on that isn't UNIMPLEMENTED.
 *
 * A call whose caller does not wait for an answer proves nothing. Of such names there is room for few, so that whoever
 * makes up names and hangs up takes the place of no method that the server has.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/rpc/ (`rpc.method`)
 */
export class RpcMethods {
  readonly #known = new Set<string>()
  readonly #unproven = new Set<string>()

  /**
   * @param isAnswered whether the status is what the server has said itself
   * @returns the method, or `_OTHER`
   */
  name(method: string, status: string, isAnswered: boolean): string {
    if (this.#known.has(method)) return method
    if (status === GRPC_UNIMPLEMENTED) return OTHER_METHOD
    const isProven = isAnswered && !BEFORE_METHOD.has(status)
    const names = isProven ? this.#known : this.#unproven
    if (!names.has(method)) {
      if (names.size >= (isProven ? MAX_METHODS : MAX_UNPROVEN)) return OTHER_METHOD
      names.add(method)
    }
    return method
  }
}
