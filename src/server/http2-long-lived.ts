import type { ServerHttp2Stream } from 'node:http2'

import type { Cancel, Clock } from '../core/clock.ts'
import { afterAnswer } from './http2-answer.ts'
import type { StreamLedger } from './http2-ledger.ts'
import type { OpenStream } from './http2-work.ts'
import { ignoreFurtherWrites } from './ignore-writes.ts'
import { endSignal } from './request-signal.ts'
import { saySpread } from './say-spread.ts'
import type { SayGoodbye } from './server-drain.ts'
import { closeFrame } from './websocket-goodbye.ts'

export interface LongStreamsOptions {
  readonly clock: Clock
  /** What the server is called. */
  readonly name: string
  readonly ledger: StreamLedger
  readonly sayGoodbye: SayGoodbye | undefined
}

const GOODBYE_REASON = 'the service is shutting down'

/** Tells streams that would stay for ever that they have to go: server-sent events, WebSockets, other tunnels. */
export class LongStreams {
  readonly #options: LongStreamsOptions
  #cancel: Cancel = () => {}
  #isFinishing = false
  #streamsEnded = 0
  #toldGoodbye = 0

  constructor(options: LongStreamsOptions) {
    this.#options = options
  }

  /** Streams of server-sent events that were ended. */
  get streamsEnded(): number {
    return this.#streamsEnded
  }

  get toldGoodbye(): number {
    return this.#toldGoodbye
  }

  /** Tells all that are there, evenly over `spreadMs`. What comes later is told at the end. */
  tellAll(spreadMs: number): void {
    const { clock, ledger } = this.#options
    const all = ledger.openStreams().filter((entry) => isLongLived(entry))
    this.#cancel()
    this.#cancel = saySpread(clock, all, spreadMs, (entry) => this.#tell(entry))
  }

  /** Whatever is left is told at once, and from now on whatever comes. */
  finish(): void {
    this.#isFinishing = true
    for (const entry of this.#options.ledger.openStreams()) if (!isLongLived(entry)) this.streamOpened(entry)
    this.tellAll(0)
  }

  streamOpened(entry: OpenStream): void {
    if (!this.#isFinishing) return
    afterAnswer(entry.stream, () => {
      if (isLongLived(entry)) this.#tell(entry)
    })
  }

  /** Our end of tunnels whose peer has not closed since they were told. */
  endTold(): void {
    for (const { kind, stream, wasToldToEnd } of this.#options.ledger.openStreams()) {
      if (kind === 'tunnel' && wasToldToEnd === true && !stream.writableEnded) stream.end()
    }
  }

  stop(): void {
    this.#cancel()
  }

  #tell(entry: OpenStream): void {
    const { stream, kind } = entry
    if (entry.wasToldToEnd === true || stream.destroyed || stream.writableEnded) return
    entry.wasToldToEnd = true
    if (kind === 'tunnel') {
      this.#sayGoodbye(entry)
      return
    }
    this.#streamsEnded++
    endEventStream(stream, this.#options.name)
  }

  #sayGoodbye({ stream, headers }: OpenStream): void {
    const isOwn = this.#sayItsOwn(stream)
    if (!isOwn && headers[':protocol'] === 'websocket') stream.write(closeFrame(GOODBYE_REASON))
    else if (!isOwn) return
    this.#toldGoodbye++
  }

  #sayItsOwn(stream: ServerHttp2Stream): boolean {
    try {
      return this.#options.sayGoodbye?.(stream, GOODBYE_REASON) ?? false
    } catch {
      // It knows its protocol less well than it thought; the default way is still there.
      return false
    }
  }
}

/** Only what is answered: before that, nothing else may be written. */
function isLongLived({ stream, kind }: OpenStream): boolean {
  if (!stream.headersSent) return false
  return kind === 'tunnel' || String(stream.sentHeaders?.['content-type']).startsWith('text/event-stream')
}

/** The handler is told first, and may say a last word; a turn of the event loop later its stream is ended for it. */
function endEventStream(stream: ServerHttp2Stream, listener: string): void {
  endSignal(stream, listener)
  setImmediate(() => {
    if (stream.destroyed) return
    if (!stream.writableEnded) stream.end()
    ignoreFurtherWrites(stream)
  })
}
