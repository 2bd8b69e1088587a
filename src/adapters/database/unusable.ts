import { type ErrorCode, isSeaworthyError, SeaworthyError } from 'seaworthy'
import { describe } from './outage.ts'

/** What a start is refused with. */
export function unusable(system: string, cause: unknown, code: ErrorCode = 'SEA_DATABASE_UNUSABLE'): SeaworthyError {
  if (isSeaworthyError(cause)) return cause
  return new SeaworthyError(code, `${system} can't be used: ${describe(cause)}`, {
    hint: 'Check the address, the user and the database in the configuration, and that the server accepts connections.',
    cause,
  })
}

/**
 * Waits for `promise`, but no longer than until the signal is aborted; then it rejects with the signal's reason. The checks
 * of the package have the same: adapters import only what users can, and users have no need of it.
 */
export async function untilAborted<T>(signal: AbortSignal, promise: PromiseLike<T>): Promise<T> {
  let release = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(signal.reason as Error)
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    release = () => signal.removeEventListener('abort', giveUp)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    release()
  }
}

/** No proof of a start takes longer: a start that is not limited by its service must not wait for ever. */
const PROOF_LIMIT_MS = 10_000

/** Aborted when the start is given up, or its proof takes too long. */
export function proofLimit(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(PROOF_LIMIT_MS)])
}

/** How a database is proven at its start. */
export interface ProofPlan {
  /** Such as `PostgreSQL`. */
  readonly system: string
  /** @default SEA_DATABASE_UNUSABLE */
  readonly code?: ErrorCode
  /** Watches from the moment on at which the database has been proven. */
  readonly guard: { proven(): void }
  /** Of the start: aborted when it is given up. */
  readonly signal: AbortSignal
  /** Asks the database something; what it rejects with is why it can't be used. */
  readonly ask: () => PromiseLike<unknown>
  /** Closes what was opened, at once: nothing of it may outlive a start that has failed, or be dialled again. */
  readonly close: () => unknown
}

/**
 * The proof of connection at a start. Not repeated here when it fails: how often and how long is for the service to say.
 *
 * @throws {@link SeaworthyError} `code`
 */
export async function prove({ system, code, guard, signal, ask, close }: ProofPlan): Promise<void> {
  try {
    await untilAborted(signal, ask())
    guard.proven()
  } catch (error) {
    try {
      await close()
    } catch {}
    throw unusable(system, error, code)
  }
}
