import type { Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { type Condition, matchesAll } from '../store/query/condition.ts'
import { rememberCall } from './call-site.ts'

/** What is waited for, and where it would come from. */
export interface Expected<T> {
  /** What an item is called: `span`. */
  readonly noun: string
  /** The variable that says how long a running service gathers such items before it sends them, with its default. */
  readonly delay: string
  readonly conditions: readonly Condition<T>[]
  readonly count: number
  /** Everything that has arrived so far. */
  readonly arrived: () => readonly T[]
  /** Calls the listener for everything that arrives from now on, until the returned function is called. */
  readonly onArrival: (listener: (item: T) => void) => () => void
  /** One line that names an item, for messages. */
  readonly nameOf: (item: T) => string
}

export interface Patience {
  readonly clock: Clock
  readonly limitMs: number
  /** Aborted when nothing can arrive any more. */
  readonly stopped: AbortSignal
  /** Further lines for the message: what went wrong at the receiver. */
  readonly remarks: () => readonly string[]
}

const MAX_NAMES = 20

/**
 * Resolves with the first `count` items that meet the conditions, of those that are there and those that arrive, at the
 * moment of arrival. The stack of an error is that of the call.
 *
 * @throws {@link SeaworthyError} `SEA_TESTING_TIMED_OUT` saying what did arrive; `SEA_RECEIVER_STOPPED`
 */
export function waitForArrival<T>(expected: Expected<T>, patience: Patience): Promise<T[]> {
  const found = expected.arrived().filter((item) => matchesAll(item, expected.conditions))
  if (found.length >= expected.count) return Promise.resolve(found.slice(0, expected.count))
  if (patience.stopped.aborted) return Promise.reject(stopped(expected, patience))
  const asCalled = rememberCall(waitForArrival)
  return new Promise((resolve, reject) => {
    const end = (): void => {
      cancel()
      unsubscribe()
      patience.stopped.removeEventListener('abort', onStopped)
    }
    const unsubscribe = expected.onArrival((item) => {
      if (found.length >= expected.count || !matchesAll(item, expected.conditions)) return
      found.push(item)
      if (found.length < expected.count) return
      end()
      resolve(found)
    })
    const onStopped = (): void => {
      end()
      reject(asCalled(stopped(expected, patience)))
    }
    const cancel = patience.clock.schedule(patience.limitMs, () => {
      end()
      reject(asCalled(timedOut(expected, patience)))
    })
    patience.stopped.addEventListener('abort', onStopped)
  })
}

function timedOut<T>(expected: Expected<T>, patience: Patience): SeaworthyError {
  const what = expected.count === 1 ? `No ${expected.noun}` : `Fewer than ${expected.count} ${expected.noun}s`
  return new SeaworthyError(
    'SEA_TESTING_TIMED_OUT',
    `${what} arrived within ${formatDuration(patience.limitMs)}${report(expected, patience)}`,
    { hint: expected.arrived().length > 0 ? 'Compare the conditions with what arrived.' : hintForSilence(expected) },
  )
}

function hintForSilence<T>({ noun, delay }: Expected<T>): string {
  return (
    'Give the service all of receiver.environment(), or wait for longer: ' +
    `each ${noun} is held back until the next batch (${delay}), or until the service stops.`
  )
}

function stopped<T>(expected: Expected<T>, patience: Patience): SeaworthyError {
  return new SeaworthyError(
    'SEA_RECEIVER_STOPPED',
    `The receiver was stopped while a ${expected.noun} was waited for${report(expected, patience)}`,
    { hint: 'Wait for telemetry before the receiver is stopped.' },
  )
}

/** The conditions, each with how many items meet it, so that the one that is wrong can be seen; then the items. */
function report<T>(expected: Expected<T>, patience: Patience): string {
  const arrived = expected.arrived()
  const conditions = expected.conditions.map((condition) => {
    const met = arrived.filter((item) => condition.holds(item)).length
    return `\n  ${condition.label} (met by ${met} of ${arrived.length})`
  })
  const counts = new Map<string, number>()
  for (const item of arrived) counts.set(expected.nameOf(item), (counts.get(expected.nameOf(item)) ?? 0) + 1)
  const names = [...counts].slice(0, MAX_NAMES).map(([name, count]) => `\n  ${count} × ${name}`)
  if (counts.size > MAX_NAMES) names.push(`\n  … and ${counts.size - MAX_NAMES} other names`)
  return [
    conditions.length > 0 ? ' where' : '',
    ...conditions,
    arrived.length === 0 ? `\nNo ${expected.noun} arrived at all` : `\nWhat arrived (${expected.noun}s):`,
    ...names,
    ...patience.remarks().map((line) => `\n${line}`),
  ].join('')
}
