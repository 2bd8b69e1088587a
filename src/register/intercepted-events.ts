import type { Clock } from '../core/clock.ts'

/** What is done instead of what Node would do. */
export interface EventActions {
  /** The first signal; `args` is what Node passes to listeners. */
  readonly onSignal: (signal: NodeJS.Signals, args: readonly unknown[]) => void
  /** A further one: the operator wants the process gone now. */
  readonly onSecondSignal: (signal: NodeJS.Signals) => void
  /** An exception that nobody in the application wants to see. */
  readonly onUncaught: (error: unknown, origin: string) => void
  /** Nothing is left to do in the process. */
  readonly onIdle: () => void
  /** Whether something that was thrown only stands for a `process.exit` that is held back. */
  readonly isHeldExit: (thrown: unknown) => boolean
}

export const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']

/** One press of Ctrl-C can arrive twice: see `listenToSignals` of the life cycle. */
const ONE_PRESS_MS = 100

/** It keeps Node delivering the signal, and does nothing: what is done is done by {@link interceptEvents}. */
function seaworthySignalListener(): void {}

/**
 * Puts itself before the listeners of the application for two signals and for what nobody catches.
 *
 * Node delivers a signal by calling the `emit` that the process had when the first listener of that signal was added.
 * So `emit` is overridden on the process, and listeners that are there already are taken off and put back in their
 * order. From then on it makes no difference which listeners are added, prepended or removed, and when: those that are
 * there when their turn comes are asked for by {@link applicationListeners}.
 *
 * @returns a function that takes it back: signals and exceptions go where Node sends them
 */
export function interceptEvents(target: NodeJS.Process, clock: Clock, actions: EventActions): () => void {
  let isOff = false
  const original = Object.getOwnPropertyDescriptor(target, 'emit')
  const own = Object.hasOwn(target, 'emit') ? target.emit.bind(target) : undefined
  const prototype = Object.getPrototypeOf(target) as NodeJS.Process
  const pass = (args: readonly unknown[]): boolean => {
    // Looked up each time, because `node:domain` replaces it.
    const emit: (...args: never[]) => boolean = own ?? prototype.emit.bind(target)
    return emit(...(args as never[]))
  }
  const press = countPresses(clock, actions)

  const emit = (...args: unknown[]): boolean => {
    // Who has wrapped it in the meantime still calls it.
    if (isOff) return pass(args)
    const [event, first, second] = args
    switch (event) {
      case 'SIGTERM':
      case 'SIGINT':
        press(event, args.slice(1))
        return true
      case 'uncaughtExceptionMonitor':
      case 'unhandledRejection':
        return actions.isHeldExit(first) || pass(args)
      case 'uncaughtException':
        if (actions.isHeldExit(first)) return true
        if (target.listenerCount('uncaughtException') > 0) return pass(args)
        actions.onUncaught(first, String(second))
        return true
      case 'beforeExit': {
        const wasHeard = pass(args)
        actions.onIdle()
        return wasHeard
      }
      default:
        return pass(args)
    }
  }
  target.emit = emit as typeof target.emit
  for (const signal of SIGNALS) rewire(target, signal)
  // An application that takes all listeners away means its own.
  const comeBack = (event: string | symbol, listener: Function): void => {
    if (listener === seaworthySignalListener) target.on(event, seaworthySignalListener)
  }
  target.on('removeListener', comeBack)
  return () => {
    isOff = true
    target.off('removeListener', comeBack)
    if (target.emit === emit) {
      Reflect.deleteProperty(target, 'emit')
      if (original !== undefined) Object.defineProperty(target, 'emit', original)
    }
    for (const signal of SIGNALS) unwire(target, signal)
  }
}

/** The listeners of `signal` that the application has now, each as Node would call it: `once` removes itself. */
export function applicationListeners(target: NodeJS.Process, signal: NodeJS.Signals): readonly Function[] {
  return target.rawListeners(signal).filter((listener) => listener !== seaworthySignalListener)
}

/**
 * Runs `work` while {@link NodeJS.Process.listeners} shows the application's listeners only. Some listeners count the
 * others and do their work only if they are alone (signal-exit, in every release).
 */
export function withoutOurListener<T>(target: NodeJS.Process, work: () => T): T {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the process below
  const original = target.listeners
  const wasOwn = Object.hasOwn(target, 'listeners')
  const filtered = (...args: unknown[]): readonly unknown[] =>
    (Reflect.apply(original, target, args) as unknown[]).filter((listener) => listener !== seaworthySignalListener)
  target.listeners = filtered as typeof target.listeners
  try {
    return work()
  } finally {
    if (wasOwn) target.listeners = original
    else Reflect.deleteProperty(target, 'listeners')
  }
}

function countPresses(clock: Clock, { onSignal, onSecondSignal }: EventActions) {
  let before: { readonly signal: NodeJS.Signals; readonly at: number } | undefined
  return (signal: NodeJS.Signals, args: readonly unknown[]): void => {
    if (before === undefined) {
      before = { signal, at: clock.now() }
      onSignal(signal, args)
    } else if (signal !== before.signal || clock.now() - before.at > ONE_PRESS_MS) onSecondSignal(signal)
  }
}

function rewire(target: NodeJS.Process, signal: NodeJS.Signals): void {
  const others = target.rawListeners(signal)
  target.removeAllListeners(signal)
  target.on(signal, seaworthySignalListener)
  for (const listener of others) target.on(signal, listener as NodeJS.SignalsListener)
}

/** Without any listener Node forgets to whom it delivers the signal; with the next one it looks anew. */
function unwire(target: NodeJS.Process, signal: NodeJS.Signals): void {
  const others = applicationListeners(target, signal)
  target.removeAllListeners(signal)
  for (const listener of others) target.on(signal, listener as NodeJS.SignalsListener)
}
