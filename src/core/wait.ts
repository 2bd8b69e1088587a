import type { Clock } from './clock.ts'

export interface SleepOptions {
  readonly keepAlive?: boolean
  /** Ends the wait early; the promise then resolves, it never rejects. */
  readonly signal?: AbortSignal
}

/** Resolves after `delayMs`, or as soon as `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, options: SleepOptions = {}): Promise<void> {
  const { signal } = options
  if (signal?.aborted === true) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.schedule(delayMs, done, { keepAlive: options.keepAlive ?? true })
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** What became of a piece of work that had a deadline. */
export type Settled<T> =
  | { readonly outcome: 'done'; readonly value: T; readonly tookMs: number }
  | { readonly outcome: 'failed'; readonly error: unknown; readonly tookMs: number }
  | { readonly outcome: 'timed-out'; readonly tookMs: number }
  | { readonly outcome: 'given-up'; readonly tookMs: number }

/**
 * Runs `work` and waits for it at most `limitMs`. Never throws and never waits longer, whatever `work` does (except
 * block the event loop). The signal is aborted at the limit, so that work which listens can stop; a late result or
 * rejection of work that does not listen is dropped. `until` gives the wait up earlier.
 */
export async function settleWithin<T>(
  clock: Clock,
  limitMs: number,
  work: (signal: AbortSignal) => T | PromiseLike<T>,
  until?: AbortSignal,
): Promise<Settled<T>> {
  const startedAt = clock.now()
  const controller = new AbortController()
  let release = (): void => {}
  const limit = new Promise<'timed-out' | 'given-up'>((resolve) => {
    const giveUp = (): void => resolve('given-up')
    const cancel = clock.schedule(limitMs, () => resolve('timed-out'))
    if (until?.aborted === true) giveUp()
    until?.addEventListener('abort', giveUp, { once: true })
    release = () => {
      cancel()
      until?.removeEventListener('abort', giveUp)
    }
  })
  const running = (async (): Promise<Settled<T>> => {
    try {
      const value = await work(controller.signal)
      return { outcome: 'done', value, tookMs: clock.now() - startedAt }
    } catch (error) {
      return { outcome: 'failed', error, tookMs: clock.now() - startedAt }
    }
  })()
  const first = await Promise.race([running, limit])
  release()
  if (typeof first === 'object') return first
  controller.abort(new DOMException(`No end after ${limitMs} ms`, 'TimeoutError'))
  return { outcome: first, tookMs: clock.now() - startedAt }
}
