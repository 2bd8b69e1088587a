import type { ExchangeSeen, ProtocolSniffer } from './exchange-seen.ts'
import { Http1Sniffer } from './http1-sniffer.ts'
import { Http2Sniffer } from './http2-sniffer.ts'
import { isPreface, PREFACE } from './http2-frames.ts'

/**
 * Reads along on a connection and tells of requests of HTTP/1.1 and of HTTP/2 without TLS. It only looks. A connection that
 * is something else, or becomes it, is left alone from there on.
 */
export class Sniffer {
  readonly #onExchange: (seen: ExchangeSeen) => void
  #protocol: ProtocolSniffer | 'unknown' | 'none' = 'unknown'
  #beginning = Buffer.alloc(0)

  constructor(onExchange: (seen: ExchangeSeen) => void) {
    this.#onExchange = onExchange
  }

  /** From the service. */
  up(bytes: Buffer): void {
    if (this.#protocol === 'unknown') this.#guess(bytes)
    else this.#try((protocol) => protocol.up(bytes))
  }

  /** From the dependency, as it goes on to the service. */
  down(bytes: Buffer): void {
    // Nobody who answers before anything was asked speaks HTTP.
    if (this.#protocol === 'unknown' && this.#beginning.length === 0) this.#protocol = 'none'
    this.#try((protocol) => protocol.down(bytes))
  }

  downEnded(): void {
    this.#try((protocol) => protocol.downEnded())
  }

  serviceLeft(): void {
    this.#try((protocol) => protocol.serviceLeft())
  }

  #guess(bytes: Buffer): void {
    this.#beginning = Buffer.concat([this.#beginning, bytes])
    const beginning = this.#beginning
    if (beginning.length === 0) return
    if (isPreface(beginning)) {
      if (beginning.length < PREFACE.length) return
      this.#protocol = new Http2Sniffer(this.#onExchange)
    } else {
      this.#protocol = new Http1Sniffer(this.#onExchange)
    }
    this.#beginning = Buffer.alloc(0)
    this.#try((protocol) => protocol.up(beginning))
  }

  #try(read: (protocol: ProtocolSniffer) => void): void {
    if (typeof this.#protocol === 'string') return
    try {
      read(this.#protocol)
    } catch {
      this.#protocol = 'none'
    }
  }
}
