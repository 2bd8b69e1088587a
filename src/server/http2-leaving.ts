import type { Cancel, Clock } from '../core/clock.ts'
import { beforeAnswer } from './http2-answer.ts'
import { FullHouse } from './http2-full-house.ts'
import type { StreamGate } from './http2-gate.ts'
import { canBeNoticed, writeNotice } from './http2-notice.ts'
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
 * How long a session that begins in a drain may stay: a fifth of the drain, and at most half of what is left of it. Its
 * client came back to a server that drains, so it knows no other yet: told at once, it would come back at once.
 */
const STAY_SHARE = 1 / 5
const STAY_OF_REST = 1 / 2

/** How long a client is watched to find a good moment: a twentieth of the drain, and at most this, in milliseconds. */
const WATCH_SHARE = 1 / 20
const MAX_WATCH_MS = 100

/** In how many such times the moment has to come; then any will do, if a notice can be sent. */
const WATCHES = 3

/**
 * Leads the clients of HTTP/2 sessions away so that no stream is lost.
 *
 * When: in a moment in which the client waits for answers and has nothing to send, see {@link FullHouse}. A notice
 * refuses nothing, but a client may have begun a stream that it has not written when it reads one, and some clients
 * refuse that to their own caller.
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
  readonly #houses = new Map<TrackedSession, FullHouse>()
  #drainEndsAt = -Infinity
  readonly #looking = new Set<TrackedSession>()
  #watchMs = 0
  #stayMs = 0
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

  /** There is time to choose the moment: `drainMs` from now on. Without, it is any. */
  startDraining(drainMs: number): void {
    this.#drainEndsAt = this.#options.clock.now() + drainMs
    this.#watchMs = Math.min(MAX_WATCH_MS, drainMs * WATCH_SHARE)
    this.#stayMs = drainMs * STAY_SHARE
  }

  /** Begins with a session that has carried a stream already; any other one may still bring its first ones. */
  lead(tracked: TrackedSession): void {
    this.#options.gate.guard(tracked)
    if (tracked.hasServed) this.#chooseMoment(tracked, 0, tracked.highestCount)
  }

  /** Begins at once, whether it has carried a stream or not. */
  begin(tracked: TrackedSession): void {
    if (tracked.isLeaving) return
    tracked.isLeaving = true
    this.#options.gate.guard(tracked)
    this.#notice(tracked)
  }

  /** A stream begins on a session that is to leave. */
  streamOpened(entry: OpenStream): void {
    const { session } = entry
    if (this.#houses.has(session)) this.#lookSoon(session)
    else if (this.#waitingForAnswer.has(session)) this.#watchAnswer(entry)
    else if (!session.isLeaving) {
      const restMs = this.#drainEndsAt - this.#options.clock.now()
      this.#chooseMoment(session, Math.min(this.#stayMs, restMs * STAY_OF_REST), 0)
    }
  }

  /** The client may open no more streams from now on, and the session ends with its last one. */
  finalise(tracked: TrackedSession): void {
    this.#clearTimer(tracked)
    this.#waitingForAnswer.delete(tracked)
    this.#houses.delete(tracked)
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
    this.#houses.delete(tracked)
    this.#waitingForAnswer.delete(tracked)
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    this.#houses.clear()
  }

  /** Begins when the client has nothing to send, at the earliest `watchMs` from now on. */
  #chooseMoment(tracked: TrackedSession, watchMs: number, highestBefore: number): void {
    if (tracked.isLeaving || this.#houses.has(tracked)) return
    if (this.#drainEndsAt <= this.#options.clock.now()) {
      this.begin(tracked)
      return
    }
    const { clock } = this.#options
    const house = new FullHouse({ clock, watchMs, windowMs: this.#watchMs, highestBefore }, tracked.waitingCount)
    this.#houses.set(tracked, house)
    // A final GOAWAY in any moment refuses streams: without a notice, the listener's end is the time for that.
    if (canBeNoticed(tracked.socket)) {
      this.#wait(tracked, watchMs + WATCHES * this.#watchMs, () => this.begin(tracked))
    }
    this.#look(tracked, house)
  }

  /** A turn later, when all streams of a packet are known. */
  #lookSoon(tracked: TrackedSession): void {
    if (this.#looking.has(tracked)) return
    this.#looking.add(tracked)
    setImmediate(() => {
      this.#looking.delete(tracked)
      const house = this.#houses.get(tracked)
      if (house === undefined) return
      house.streamsBegan(tracked.waitingCount)
      this.#look(tracked, house)
    })
  }

  /** Whether it is the moment, for a notice or, where that is impossible, the end of it. */
  #look(tracked: TrackedSession, house: FullHouse): void {
    const isDue = tracked.isLeaving || house.isKnown
    if (!isDue || !house.isFull(tracked.waitingCount)) return
    if (canBeNoticed(tracked.socket)) this.begin(tracked)
    else this.finalise(tracked)
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
        this.#houses.delete(tracked)
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
    const house = this.#houses.get(tracked)
    if (house !== undefined) {
      if (house.isFull(tracked.waitingCount)) this.finalise(tracked)
      return
    }
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
