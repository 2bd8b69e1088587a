import type { Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { type Settled, settleWithin } from '../core/wait.ts'
import { endReason, type WorkLedger } from '../lifecycle/work-ledger.ts'
import { inFlightLimits } from './server-ends.ts'

export interface EndWorkOptions {
  readonly clock: Clock
  /** Whose work it is, for the reason that its signals have. */
  readonly name: string
  /** Settles when no more work comes, or the attempt to end its coming has failed. */
  readonly noMore: Promise<unknown>
  /** Whether work may begin after the soft deadline: what is taken from a queue is better left to another replica. */
  readonly mayBeginLate: boolean
  /** Called at the soft deadline, if there is work in flight then. */
  readonly giveBack?: ((context: { readonly signal: AbortSignal }) => unknown) | undefined
}

export interface WorkEnd {
  /** What was still in flight at the hard limit, oldest first, and the rest by number. */
  readonly abandoned: readonly string[]
  /** What became of giving back, where it was called. */
  readonly givenBack?: Settled<unknown>
}

/**
 * Ends the work of `ledger` within its slice of a shutdown: waits until no more comes and nothing is in flight; at the
 * soft deadline tells what runs to end, and gives back what can be given back; at the hard limit abandons the rest and
 * closes the ledger. Never throws.
 */
export async function endWork(
  ledger: WorkLedger,
  sliceMs: number,
  { clock, name, noMore, mayBeginLate, giveBack }: EndWorkOptions,
): Promise<WorkEnd> {
  const { softMs, hardMs } = inFlightLimits(sliceMs)
  const hardAt = clock.now() + hardMs
  const untilHard = <T>(work: (signal: AbortSignal) => T | Promise<T>): Promise<Settled<T>> =>
    settleWithin(clock, Math.max(0, hardAt - clock.now()), work)
  const over = waitUntilOver(ledger, noMore)

  let givenBack: Settled<unknown> | undefined
  const inTime = await settleWithin(clock, softMs, () => over)
  if (inTime.outcome !== 'done') {
    const hasWork = ledger.inFlight > 0
    ledger.abort(endReason(name))
    if (!mayBeginLate) ledger.close()
    // At the same time: work may end because it is given back, or because its signal says so.
    const [given] = await Promise.all([
      hasWork && giveBack !== undefined ? untilHard((signal) => giveBack({ signal })) : undefined,
      untilHard(() => over),
    ])
    givenBack = given
  }
  const left = abandonLeft(ledger)
  return givenBack === undefined ? { abandoned: left } : { abandoned: left, givenBack }
}

/** Abandons what is in flight, and names it: the oldest first, and what is not listed by number. */
export function abandonLeft(ledger: WorkLedger): readonly string[] {
  const leftCount = ledger.inFlight
  const left = ledger.abandon().map(({ name, ageMs }) => `${name} after ${formatDuration(ageMs)}`)
  if (leftCount > left.length) left.push(`${leftCount - left.length} more`)
  return left
}

/** Work can begin because other work has ended: only what is still empty a turn of the event loop later is over. */
async function waitUntilOver(ledger: WorkLedger, noMore: Promise<unknown>): Promise<void> {
  await noMore.catch(() => {})
  do {
    await ledger.whenEmpty()
    await new Promise((resolve) => setImmediate(resolve))
  } while (ledger.inFlight > 0)
  ledger.close()
}
