import type { Log } from '../core/log.ts'

export interface SignalOptions {
  readonly signals: readonly NodeJS.Signals[]
  /** Called for the first signal. */
  readonly onFirst: (signal: NodeJS.Signals) => void
  /** Called for each further one: the operator wants the process gone now. */
  readonly onSecond: (signal: NodeJS.Signals) => void
  readonly log: Log
}

/** SIGTERM from a platform, SIGINT from a terminal. */
export const DEFAULT_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']

/**
 * Listens to termination signals. Names other listeners of the same signals: one that calls `process.exit` ends the
 * process in the middle of the drain, and nothing can take that back.
 *
 * @returns a function that takes the listeners off again
 */
export function listenToSignals(options: SignalOptions): () => void {
  let first: NodeJS.Signals | undefined
  const listener = (signal: NodeJS.Signals): void => {
    if (first !== undefined) return options.onSecond(signal)
    first = signal
    options.onFirst(signal)
  }
  for (const signal of options.signals) {
    const foreign = process.listenerCount(signal)
    if (foreign > 0) {
      options.log.warn(
        { signal, listeners: foreign },
        `${foreign} other listener(s) of ${signal}: one that calls process.exit would cut the shutdown short. Remove them, or let them do their work in a stop hook`,
      )
    }
    process.on(signal, listener)
  }
  return () => {
    for (const signal of options.signals) process.off(signal, listener)
  }
}
