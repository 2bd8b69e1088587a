import type { Readable } from 'node:stream'
import type { Clock } from '../core/clock.ts'
import { type Failure, failure } from './failure.ts'

/** Takes the bytes of a body one chunk after the other. */
export interface BodySink {
  /** A failure ends the collecting at once. */
  append(chunk: Uint8Array): Failure | undefined
}

/**
 * Feeds a request's body into `sink`. Resolves with nothing once all of it has been fed, and with a failure as soon as
 * the sink refuses, the time is up, or the sender goes away. Never rejects. What is still to come is not read.
 */
export function collectBody(
  source: Readable,
  sink: BodySink,
  clock: Clock,
  limitMs: number,
): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    const settle = (outcome: Failure | undefined): void => {
      cancel()
      source.off('data', onData).off('end', onEnd).off('aborted', onGone).off('close', onGone)
      source.pause()
      resolve(outcome)
    }
    const onData = (chunk: Uint8Array): void => {
      const refusal = sink.append(chunk)
      if (refusal !== undefined) settle(refusal)
    }
    const onEnd = (): void => settle(undefined)
    const onGone = (): void => settle(failure('aborted', 'The sender went away before the end of its request'))
    const cancel = clock.schedule(limitMs, () =>
      settle(failure('tooSlow', `The request was not complete after ${limitMs} ms`)),
    )
    // A stream of HTTP/2 that is reset says first that it was aborted, and then that it ended.
    source.on('data', onData).on('end', onEnd).on('aborted', onGone).on('close', onGone)
    // An error is followed by "close"; without a listener it would end the process.
    source.on('error', () => {})
    if (source.destroyed) onGone()
  })
}
