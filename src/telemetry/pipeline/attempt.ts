import type { Clock } from '../../core/clock.ts'
import type { ExportOutcome } from './export-outcome.ts'
import type { Parcel } from './parcel.ts'
import type { Spool } from './spool.ts'
import type { Transport } from './transport.ts'

/** Beyond the transport's own limit: for reading back from disk, and for a transport that does not keep its word. */
const SLACK_MS = 5000

/** What became of an attempt: besides what a transport says, that it is broken, or that nothing was left to send. */
export type AttemptOutcome =
  | ExportOutcome
  | { readonly kind: 'threw'; readonly reason: string }
  | { readonly kind: 'empty' }

export interface AttemptOptions {
  readonly clock: Clock
  readonly transport: Transport
  /** Where the bytes are that are not in memory. */
  readonly spool: Spool | undefined
  /** Of the transport's part. */
  readonly timeoutMs: number
  /** Ends the attempt, which then settles at once. */
  readonly abort: AbortController
  /** The bytes of this one cannot be read back. It is not part of the request. */
  readonly onDamaged: (parcel: Parcel) => void
}

/**
 * One request. Settles exactly once, whatever the transport and the disk do, at the latest 5 s after the transport's own
 * limit. What comes later counts for nothing.
 */
export function attempt(parcels: readonly Parcel[], options: AttemptOptions): Promise<AttemptOutcome> {
  const { clock, spool, timeoutMs, abort } = options
  return new Promise((resolve) => {
    const giveUp = (): void => abort.abort(`no result within ${timeoutMs + SLACK_MS} ms`)
    // A process that has nothing else to do may end at once where the next one has everything.
    const keepAlive = spool === undefined || spool.failure !== undefined
    const cancel = clock.schedule(timeoutMs + SLACK_MS, giveUp, { keepAlive })
    const settle = (outcome: AttemptOutcome): void => {
      cancel()
      resolve(outcome)
    }
    abort.signal.addEventListener('abort', () => settle({ kind: 'retry', reason: String(abort.signal.reason) }))
    send(parcels, options).then(settle, (error: unknown) => settle({ kind: 'threw', reason: String(error) }))
  })
}

async function send(
  parcels: readonly Parcel[],
  { transport, spool, timeoutMs, abort, onDamaged }: AttemptOptions,
): Promise<AttemptOutcome> {
  const isInMemory = parcels.every(({ bytes }) => bytes !== undefined)
  if (!isInMemory) await Promise.all(parcels.map((parcel) => readBack(parcel, spool, abort.signal, onDamaged)))
  // Whoever aborted has an outcome already, and may have taken the parcels elsewhere.
  if (abort.signal.aborted) return { kind: 'empty' }
  const body = parcels.flatMap(({ bytes }) => bytes ?? [])
  if (body.length === 0) return { kind: 'empty' }
  return transport.send(body, { signal: abort.signal, timeoutMs })
}

async function readBack(
  parcel: Parcel,
  spool: Spool | undefined,
  signal: AbortSignal,
  onDamaged: (parcel: Parcel) => void,
): Promise<void> {
  if (parcel.bytes !== undefined) return
  const bytes = parcel.spooled === undefined ? undefined : await spool?.read(parcel.spooled).catch(() => undefined)
  if (signal.aborted || parcel.state === 'gone') return
  if (bytes === undefined) onDamaged(parcel)
  else parcel.bytes = bytes
}
