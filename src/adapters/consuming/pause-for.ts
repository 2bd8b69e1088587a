import { systemClock } from 'seaworthy'

/** Resolves after `delayMs`, or as soon as `signal` is aborted. */
export function pauseFor(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = systemClock.schedule(delayMs, done)
    signal.addEventListener('abort', done, { once: true })
  })
}
