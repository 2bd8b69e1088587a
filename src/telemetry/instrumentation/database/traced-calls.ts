import { subscribeAll } from '../channels.ts'
import type { DatabaseCall } from './database-call.ts'
import type { OperationFailure } from './operation-series.ts'

/** On a message, which is the same object from the beginning of a call to its end. */
const CALL = Symbol('seaworthy.call')

/** What Node adds to the message of a library. */
interface TracedMessage {
  [CALL]?: DatabaseCall | undefined
  readonly result?: unknown
  readonly error?: unknown
}

/** Of what was thrown one can't even ask what it is. */
const UNEXPLAINED: OperationFailure = { errorType: '_OTHER', statusCode: undefined }

export interface TracedCalls<M> {
  /** Told before the call is made, in the context of its caller. */
  readonly begin: (message: M) => DatabaseCall | undefined
  /** Of what a call has failed with. `undefined` where that is no failure. */
  readonly explain: (error: unknown) => OperationFailure | undefined
  /** The call has returned, though it may not have ended. @default nothing is done */
  readonly returned?: (message: M) => void
  readonly onProblem: (error: unknown) => void
}

/**
 * Follows the calls that a library publishes on a tracing channel, by promise or by callback. A call has ended when its
 * result is there, before anybody sees it.
 *
 * @param name without `tracing:`
 * @returns ends the subscriptions
 * @see https://nodejs.org/api/diagnostics_channel.html#tracingchannel-channels
 */
export function followCalls<M extends object>(
  name: string,
  { begin, explain, returned, onProblem }: TracedCalls<M>,
): () => void {
  const settle = (message: TracedMessage): void => {
    const call = message[CALL]
    if (call === undefined) return
    message[CALL] = undefined
    let failure: OperationFailure | undefined = UNEXPLAINED
    try {
      failure = 'error' in message ? explain(message.error) : undefined
    } finally {
      call.end(failure)
    }
  }
  return subscribeAll(
    {
      [`tracing:${name}:start`](message) {
        const call = begin(message as M)
        if (call !== undefined) (message as TracedMessage)[CALL] = call
      },
      [`tracing:${name}:end`](message) {
        returned?.(message as M)
        // This is the end of the function that was called; without a result, the call goes on.
        if ('result' in (message as TracedMessage)) settle(message as TracedMessage)
      },
      [`tracing:${name}:asyncStart`]: (message) => settle(message as TracedMessage),
      [`tracing:${name}:error`]: (message) => settle(message as TracedMessage),
    },
    onProblem,
  )
}
