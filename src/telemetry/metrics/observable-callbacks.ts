import { type BatchObservableCallback, diag, type ObservableCallback } from '@opentelemetry/api'
import type { Clock } from '../../core/clock.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { settleWithin } from '../../core/wait.ts'
import type { ObservableInstrument } from './observable-instrument.ts'
import { type FindTargets, ObservationSink } from './observation-sink.ts'
import { READER, type ReadingResult } from './reading-result.ts'
import type { TurnSlices } from './turn-slices.ts'

/** Of one meter. Whoever adds more without removing any has a leak. */
const MAX_CALLBACKS = 10_000

interface Entry {
  readonly callback: ObservableCallback | BatchObservableCallback
  readonly instruments: ReadonlySet<ObservableInstrument>
  readonly isBatch: boolean
  /** A promise of an earlier collection that has not settled. */
  isRunning: boolean
  isRemoved: boolean
}

/** What a collection needs to run callbacks. */
export interface ObservationRound {
  readonly clock: Clock
  /** Whose collection it is: always the same object for the same reader. */
  readonly reader: object
  readonly limitMs: number
  readonly findTargets: FindTargets
  readonly onProblem: (error: unknown) => void
}

/**
 * The callbacks of one meter. In each collection every one is called once, all of them at the same time; one that throws
 * or does not end in time costs its own values only. While a promise of an earlier collection is still open, its callback
 * is not called again.
 */
export class ObservableCallbacks {
  readonly #entries: Entry[] = []

  add(callback: Entry['callback'], observables: readonly unknown[], { isBatch }: { readonly isBatch: boolean }): void {
    const instruments = ownInstruments(observables)
    if (instruments.size === 0 || typeof callback !== 'function') {
      return diag.warn('A callback without a function or without an instrument of this meter provider is ignored.')
    }
    if (this.#find(callback, instruments, isBatch) !== -1) return
    if (this.#entries.length >= MAX_CALLBACKS) {
      return diag.warn(
        `A meter has ${MAX_CALLBACKS} callbacks already; another one is ignored. Remove those that ended.`,
      )
    }
    this.#entries.push({ callback, instruments, isBatch, isRunning: false, isRemoved: false })
  }

  remove(
    callback: Entry['callback'],
    observables: readonly unknown[],
    { isBatch }: { readonly isBatch: boolean },
  ): void {
    const index = this.#find(callback, ownInstruments(observables), isBatch)
    for (const entry of index === -1 ? [] : this.#entries.splice(index, 1)) entry.isRemoved = true
  }

  /**
   * Calls all of them, and lets other work have its turn between two. Never rejects.
   *
   * @param open gets a promise of each that has not ended then; it resolves when it has, or has had its time
   */
  async run(round: ObservationRound, slices: TurnSlices, open: Promise<void>[]): Promise<void> {
    // A copy: a callback may remove itself.
    for (const entry of Array.from(this.#entries)) {
      if (slices.isOver) await slices.next()
      const running = entry.isRemoved ? undefined : this.#call(entry, round)
      if (running !== undefined) open.push(running)
    }
  }

  /** What callbacks observe without waiting for anything; the rest is too late. Never throws. */
  runNow(round: ObservationRound): void {
    for (const entry of Array.from(this.#entries)) {
      if (!entry.isRemoved) void this.#call(entry, { ...round, limitMs: 0 })
    }
  }

  /** @returns a promise when there is something to wait for */
  #call(entry: Entry, round: ObservationRound): Promise<void> | undefined {
    if (entry.isRunning) {
      round.onProblem(failure(entry, 'has not ended since an earlier collection, and is not called again'))
      return undefined
    }
    const sink = new ObservationSink(entry.instruments, round.findTargets)
    let returned: unknown
    try {
      returned = callOf(entry, sink, round.reader)
    } catch (cause) {
      sink.close()
      round.onProblem(failure(entry, 'failed', cause))
      return undefined
    }
    if (isThenable(returned)) return this.#await(entry, returned, sink, round)
    sink.commit()
    return undefined
  }

  async #await(
    entry: Entry,
    returned: PromiseLike<unknown>,
    sink: ObservationSink,
    round: ObservationRound,
  ): Promise<void> {
    entry.isRunning = true
    const ended = Promise.resolve(returned).finally(() => {
      entry.isRunning = false
    })
    if (round.limitMs <= 0) {
      ended.catch(() => {})
      return sink.commit()
    }
    const settled = await settleWithin(round.clock, round.limitMs, () => ended)
    if (settled.outcome === 'done') return sink.commit()
    sink.close()
    if (settled.outcome === 'failed') return round.onProblem(failure(entry, 'failed', settled.error))
    round.onProblem(failure(entry, `did not end within ${round.limitMs} ms`))
  }

  #find(callback: Entry['callback'], instruments: ReadonlySet<ObservableInstrument>, isBatch: boolean): number {
    return this.#entries.findIndex(
      (entry) =>
        entry.callback === callback &&
        entry.isBatch === isBatch &&
        entry.instruments.size === instruments.size &&
        Array.from(instruments).every((instrument) => entry.instruments.has(instrument)),
    )
  }
}

function callOf(entry: Entry, sink: ObservationSink, reader: object): unknown {
  if (entry.isBatch) {
    const result: ReadingResult = {
      observe: (instrument, value, attributes) => sink.observe(instrument as ObservableInstrument, value, attributes),
      [READER]: reader,
    }
    return (entry.callback as BatchObservableCallback)(result)
  }
  const [instrument] = entry.instruments
  return (entry.callback as ObservableCallback)({
    observe: (value, attributes) => sink.observe(instrument as ObservableInstrument, value, attributes),
  })
}

function ownInstruments(observables: readonly unknown[]): ReadonlySet<ObservableInstrument> {
  const isOwn = (observable: unknown): observable is ObservableInstrument =>
    typeof observable === 'object' && observable !== null && 'descriptor' in observable && 'check' in observable
  try {
    return new Set(Array.isArray(observables) ? observables.filter(isOwn) : [])
  } catch {
    // A proxy that throws.
    return new Set()
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
  )
}

function failure(entry: Entry, what: string, cause?: unknown): SeaworthyError {
  const names = Array.from(entry.instruments, ({ descriptor }) => `"${descriptor.name}"`)
  const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
  return new SeaworthyError('SEA_METRIC_CALLBACK_FAILED', `The callback of ${shown} ${what}; its values are missing`, {
    hint: 'Correct the callback that was given to addCallback() or addBatchObservableCallback().',
    cause,
  })
}
