import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import type { ExitRequest, HeldExit } from './held-exit.ts'
import { placeOfFunction } from './function-place.ts'
import { applicationListeners, withoutOurListener } from './intercepted-events.ts'

/** A listener of the application that was called. */
class CalledListener {
  readonly #listener: Function
  #name: string | undefined
  /** Resolved when it has settled, or has asked for the end of the process. */
  readonly ended = Promise.withResolvers<void>()
  hasEnded = false

  constructor(listener: Function) {
    this.#listener = listener
  }

  /** Found when it is asked for: most end, and where one without a name is written costs something to know. */
  get name(): string {
    this.#name ??= nameOf(this.#listener)
    return this.#name
  }

  end(): void {
    this.hasEnded = true
    this.ended.resolve()
  }
}

export interface HandlerSurroundings {
  readonly target: NodeJS.Process
  readonly clock: Clock
  readonly held: HeldExit
  readonly log: Log
  /** Resolves when nothing is left in the process that would keep it alive, or as `until` does. */
  readonly idleOr: <T>(until: Promise<T>) => Promise<T | 'idle'>
  /** What keeps the process alive, without what is ours. */
  readonly openResources: () => readonly string[]
}

/** The signal that was intercepted, with what Node passes to its listeners. */
export interface InterceptedSignal {
  readonly signal: NodeJS.Signals
  readonly args: readonly unknown[]
}

/** So that this file tells who did not end, and not the deadline of the phase. */
const OWN_SHARE = 0.95

/**
 * Calls the application's own listeners of a signal as Node would have, only later: after the last request has been
 * answered. They end when their promises settle. One that returns at once may have begun something that ends in a
 * callback: then the application says by `process.exit` that it is over, or by having nothing left to do.
 */
export class ApplicationHandlers {
  readonly #around: HandlerSurroundings
  readonly #called: CalledListener[] = []
  #calledAt = 0
  #areBeingCalled = false

  constructor(around: HandlerSurroundings) {
    this.#around = around
  }

  /** Listeners that were called and have neither settled nor asked for the end of the process. */
  openWork(): readonly OpenWork[] {
    const { held, clock } = this.#around
    // The application said itself that it is over.
    if (held.request !== undefined) return []
    const ageMs = Math.round(clock.now() - this.#calledAt)
    return this.#called.filter(({ hasEnded }) => !hasEnded).map(({ name }) => ({ kind: 'job', name, ageMs }))
  }

  /** Whether `request` would have cut something short: a listener at work, or everything that comes before them. */
  isEarly({ by }: ExitRequest): boolean {
    if (this.#called.length === 0 || this.#areBeingCalled) return true
    return this.#called.some((listener) => listener !== by && !listener.hasEnded)
  }

  /** Never rejects, and ends a little before `limitMs`. */
  async run({ signal, args }: InterceptedSignal, limitMs: number): Promise<void> {
    const { target, clock, held, idleOr } = this.#around
    const listeners = applicationListeners(target, signal)
    if (listeners.length === 0) return
    const limit = Promise.withResolvers<'limit'>()
    const cancel = clock.schedule(limitMs * OWN_SHARE, () => limit.resolve('limit'))
    this.#calledAt = clock.now()
    this.#areBeingCalled = true
    withoutOurListener(target, () => listeners.forEach((listener) => this.#call(listener, args)))
    this.#areBeingCalled = false
    await nextTurn()
    // Over when it returned or a turn later: that tells nothing of what it has begun.
    const someWereBrief = this.#called.some(({ hasEnded }) => hasEnded)
    void held.whenRequested.then((request) => this.#endWhoAsked(request))
    const allEnded = Promise.all(this.#called.map(({ ended }) => ended.promise))
    if ((await Promise.race([allEnded, limit.promise])) !== 'limit' && someWereBrief) {
      const end = await idleOr(Promise.race([held.whenRequested, limit.promise]))
      if (end === 'limit') this.#tellOpen(signal)
    }
    cancel()
  }

  #call(listener: Function, args: readonly unknown[]): void {
    const { target, held } = this.#around
    const called = new CalledListener(listener)
    this.#called.push(called)
    let returned: unknown
    try {
      returned = held.during(called, () => Reflect.apply(listener, target, args))
    } catch (error) {
      called.end()
      // As ever an uncaught exception; only the listeners after it are called all the same.
      if (!held.isHeldExit(error)) setImmediate(() => throwAgain(error))
      return
    }
    Promise.resolve(returned).then(
      () => called.end(),
      (error: unknown) => {
        called.end()
        // As ever an unhandled rejection, whatever that means in this process.
        if (!held.isHeldExit(error)) void Promise.reject(error)
      },
    )
  }

  /** Who asked for the end of the process is over, also where its promise is one that nothing settles any more. */
  #endWhoAsked({ by }: ExitRequest): void {
    const waiting = this.#called.filter(({ hasEnded }) => !hasEnded)
    const asking = this.#called.find((called) => called === by) ?? (waiting.length === 1 ? waiting[0] : undefined)
    asking?.end()
  }

  #tellOpen(signal: NodeJS.Signals): void {
    const { log, openResources } = this.#around
    const open = describeOpen(openResources())
    log.warn(
      { signal, open },
      `the application’s listeners of ${signal} have returned, and it is not waited for any longer; it still has open: ${open}. Clear it, or call process.exit`,
    )
  }
}

function throwAgain(error: unknown): never {
  throw error
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** `once` wraps the listener that it was given. */
function nameOf(listener: Function): string {
  const { listener: inner } = listener as { readonly listener?: Function }
  const own = inner ?? listener
  if (own.name !== '') return `listener ${own.name}`
  const place = placeOfFunction(own)
  return place === undefined ? 'a listener without a name' : `the listener at ${place}`
}

/** `TCPSocketWrap × 3, Timeout`. */
function describeOpen(resources: readonly string[]): string {
  const counts = Map.groupBy(resources, (name) => name)
  return [...counts].map(([name, { length }]) => (length === 1 ? name : `${name} × ${length}`)).join(', ')
}
