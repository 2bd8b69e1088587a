import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { type Clock, systemClock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { didYouMean } from '../core/nearest-name.ts'
import type { OptionReader } from '../core/option-reader.ts'

export interface SignalOptions {
  readonly signals: readonly NodeJS.Signals[]
  /** Called for the first signal. */
  readonly onFirst: (signal: NodeJS.Signals) => void
  /** Called for each further one: the operator wants the process gone now. */
  readonly onSecond: (signal: NodeJS.Signals) => void
  readonly log: Log
  /** @default systemClock */
  readonly clock?: Clock
}

/** SIGTERM from a platform, SIGINT from a terminal. */
export const DEFAULT_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']

/**
 * One press of Ctrl-C can arrive twice: from the terminal, and a millisecond or two later from `npm run`, which forwards
 * it, where `/bin/sh` is a shell that replaces itself with the program (bash does). Nobody presses twice so quickly.
 */
const ONE_PRESS_MS = 100

/**
 * Listens to termination signals, before all who listen already. Names other listeners of the same signals, there already or added later: one that
 * calls `process.exit` ends the process in the middle of the drain, and one that closes a server refuses everybody whom
 * balancers still send; nothing can take that back.
 *
 * @returns a function that takes the listeners off again
 */
export function listenToSignals(options: SignalOptions): () => void {
  const { log, clock = systemClock } = options
  const signals = new Set(options.signals)
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined

  const listener = (signal: NodeJS.Signals): void => {
    if (first === undefined) {
      first = { signal, at: clock.now() }
      options.onFirst(signal)
    } else if (signal !== first.signal || clock.now() - first.at > ONE_PRESS_MS) {
      options.onSecond(signal)
    }
  }
  const warn = (signal: NodeJS.Signals): void =>
    log.warn(
      { signal },
      `there is another listener of ${signal}: one that calls process.exit, server.close() or close() of a framework would cut the shutdown short. Remove it, or let it do its work in a stop hook; seaworthy/register is made for applications that keep theirs`,
    )
  const onAdded = (event: string | symbol, added: unknown): void => {
    if (added !== listener && signals.has(event as NodeJS.Signals)) warn(event as NodeJS.Signals)
  }

  for (const signal of signals) {
    if (process.listenerCount(signal) > 0) warn(signal)
    // Before all others: one of them may end the process at once, and then the shutdown has at least begun.
    process.prependListener(signal, listener)
  }
  process.on('newListener', onAdded)
  return () => {
    process.off('newListener', onAdded)
    for (const signal of signals) process.off(signal, listener)
  }
}

export interface HangupOptions {
  /** Whether the process has begun on a terminal. */
  readonly isTerminal: boolean
  readonly onReload: () => void
  /** The terminal was closed. */
  readonly onGone: () => void
}

const STANDARD_OUTPUT = 1

/**
 * SIGHUP as daemons take it: read your configuration anew. Of a terminal that is gone it means what it always has: nobody
 * is there any more who could end what would go on.
 *
 * @returns a function that takes the listener off again
 */
export function listenToHangup({ isTerminal, onReload, onGone }: HangupOptions): () => void {
  const listener = (): void => (isTerminal && !isatty(STANDARD_OUTPUT) ? onGone() : onReload())
  process.on('SIGHUP', listener)
  return () => void process.off('SIGHUP', listener)
}

/** Reads the option `signals`: names of signals that a process can listen to; none at all is a choice, too. */
export function readSignals(read: OptionReader): readonly NodeJS.Signals[] {
  const signals = read.list('signals', { fallback: DEFAULT_SIGNALS })
  for (const signal of signals) {
    if (!(signal in constants.signals)) {
      const meant = didYouMean(signal, Object.keys(constants.signals))
      read.problem(`"signals" has "${signal}", which is no signal. ${meant}`.trim())
    } else if (signal === 'SIGKILL' || signal === 'SIGSTOP') {
      read.problem(`"signals" has "${signal}", which no process can listen to`)
    }
  }
  return signals as readonly NodeJS.Signals[]
}
