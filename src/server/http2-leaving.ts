import type { Cancel, Clock } from '../core/clock.ts'
import { beforeAnswer } from './http2-answer.ts'
import type { StreamGate } from './http2-gate.ts'
import { writeNotice } from './http2-notice.ts'
import type { OpenStream, TrackedSession } from './http2-work.ts'

export interface LeavingOptions {
  readonly clock: Clock
  /** How long the acknowledgement of a notice, and then the client's end of the connection, is waited for. */
  readonly lingerMs: number
  readonly gate: StreamGate
}

/** How often it is tried to write a notice while other bytes are waiting to be written, in milliseconds. */
const RETRY_MS = 10

/**
 * Leads the clients of HTTP/2 sessions away so that no stream is lost.
 *
 * Without TLS: a shutdown notice, then a PING. The notice refuses nothing; once the PING is answered, the client has
 * read the notice and opens no more streams, and the final GOAWAY can name the real last one.
 *
 * With TLS a notice can't be sent (see {@link writeNotice}). The final GOAWAY goes out right before the answer to the
 * only stream that is open: a client that waits for its answer has nothing else on the wire. Where that moment does not
 * come, {@link finalise} has to take any: streams that meet it on their way are refused in the way that says that they
 * were not processed, so that the client may send them again.
 */
export class SessionLeaving {
  readonly #options: LeavingOptions
  readonly #timers = new Map<TrackedSession, Cancel>()
  readonly #waitingForAnswer = new Set<TrackedSession>()
  #noticed = 0
  #acknowledged = 0

  constructor(options: LeavingOptions) {
    this.#options = options
  }

  /** Sessions that got a shutdown notice. */
  get noticed(): number {
    return this.#noticed
  }

  /** Those of them whose client has shown that it has read it. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** Begins with a session that has carried a stream already; any other one may still bring its first ones. */
  lead(tracked: TrackedSession): void {
    this.#options.gate.guard(tracked)
    if (tracked.hasServed) this.begin(tracked)
  }

  /** Begins, whether it has carried a stream or not. */
  begin(tracked: TrackedSession): void {
    if (tracked.isLeaving) return
    tracked.isLeaving = true
    this.#options.gate.guard(tracked)
    this.#notice(tracked)
  }

  /** A stream begins on a session that is to leave. */
  streamOpened(entry: OpenStream): void {
    const { session } = entry
    if (this.#waitingForAnswer.has(session)) this.#watchAnswer(entry)
    else this.begin(session)
  }

  /** The client may open no more streams from now on, and the session ends with its last one. */
  finalise(tracked: TrackedSession): void {
    this.#clearTimer(tracked)
    this.#waitingForAnswer.delete(tracked)
    if (tracked.isFinal) return
    tracked.isLeaving = true
    tracked.isFinal = true
    const { session, socket } = tracked
    // The last bytes are out: from here on it is the client's turn to close, and its own end says it has everything.
    const linger = (): void => this.#wait(tracked, this.#options.lingerMs, () => void socket.destroy())
    if (socket.writableFinished) linger()
    else socket.once('finish', linger)
    if (!session.closed && !session.destroyed) session.close()
  }

  /** Whether it waits for the moment before an answer, which may not come. */
  isWaitingForAnswer(tracked: TrackedSession): boolean {
    return this.#waitingForAnswer.has(tracked)
  }

  forget(tracked: TrackedSession): void {
    this.#clearTimer(tracked)
    this.#waitingForAnswer.delete(tracked)
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
  }

  #notice(tracked: TrackedSession): void {
    const { session, socket } = tracked
    if (tracked.isFinal || session.closed || session.destroyed) {
      this.finalise(tracked)
      return
    }
    switch (writeNotice(socket)) {
      case 'busy':
        this.#wait(tracked, RETRY_MS, () => this.#notice(tracked))
        return
      case 'impossible':
        this.#waitForAnswer(tracked)
        return
      case 'sent':
        this.#noticed++
        this.#askWhetherRead(tracked)
    }
  }

  #askWhetherRead(tracked: TrackedSession): void {
    this.#wait(tracked, this.#options.lingerMs, () => this.finalise(tracked))
    tracked.session.ping((error) => {
      if (error !== null) return
      this.#acknowledged++
      this.finalise(tracked)
    })
  }

  #waitForAnswer(tracked: TrackedSession): void {
    this.#waitingForAnswer.add(tracked)
    for (const entry of tracked.streams) this.#watchAnswer(entry)
    if (tracked.soleStream?.stream.headersSent === true) this.finalise(tracked)
  }

  #watchAnswer({ stream, session }: OpenStream): void {
    beforeAnswer(stream, () => {
      if (session.soleStream?.stream === stream) this.finalise(session)
    })
  }

  #wait(tracked: TrackedSession, delayMs: number, callback: () => void): void {
    this.#clearTimer(tracked)
    if (tracked.socket.destroyed) return
    this.#timers.set(tracked, this.#options.clock.schedule(delayMs, callback))
  }

  #clearTimer(tracked: TrackedSession): void {
    this.#timers.get(tracked)?.()
    this.#timers.delete(tracked)
  }
}
