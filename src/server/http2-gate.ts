import { AsyncResource } from 'node:async_hooks'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'

import { withhold } from './http2-withheld.ts'
import type { TrackedSession } from './http2-work.ts'

type Arrived = (tracked: TrackedSession, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void

/**
 * Gives the streams of sessions to the service a turn of the event loop later than Node does. Node dispatches each
 * stream of a packet before it reads the next one, so a handler that answers at once would answer the first before the
 * others are known; after the turn, all of them are. Streams can also be held back for longer, see {@link hold}.
 *
 * It overrides `emit` on sessions that are about to end.
 */
export class StreamGate {
  readonly #arrived: Arrived
  readonly #guarded = new WeakSet<TrackedSession>()
  #held: (() => void)[] | undefined

  /** @param arrived told of each stream before its turn has come */
  constructor(arrived: Arrived) {
    this.#arrived = arrived
  }

  /** Puts the gate before one session; a second call changes nothing. */
  guard(tracked: TrackedSession): void {
    if (this.#guarded.has(tracked)) return
    this.#guarded.add(tracked)
    const { session } = tracked
    // oxlint-disable-next-line typescript/unbound-method -- it is called with the session below
    const original = session.emit as (...args: unknown[]) => boolean
    const replacement = (...args: unknown[]): boolean => {
      const [event, stream, headers] = args as [string | symbol, ServerHttp2Stream, IncomingHttpHeaders]
      if (event !== 'stream') return original.apply(session, args)
      this.#arrived(tracked, stream, headers)
      // Its client may give it up before a listener of the service is there, and that must not end the process.
      stream.on('error', ignore)
      // Later, but in the context of its own stream: whatever follows the stream by it still does.
      const letGo = withhold(stream)
      const dispatch = AsyncResource.bind(() => {
        letGo()
        // Its client has given it up: nobody can answer it, and nobody is there to end it.
        if (stream.closed) stream.destroy()
        if (stream.destroyed) return
        stream.off('error', ignore)
        original.apply(session, args)
      })
      if (this.#held === undefined) setImmediate(dispatch)
      else this.#held.push(dispatch)
      return true
    }
    session.emit = replacement as typeof session.emit
  }

  /**
   * Keeps streams from the service until {@link release}; they are in the ledger all the same. Who waits for an answer
   * sends nothing new, and without handlers to run the accept queue is emptied faster than it fills.
   */
  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const waiting = this.#held ?? []
    this.#held = undefined
    for (const dispatch of waiting) setImmediate(dispatch)
  }
}

function ignore(): void {}
