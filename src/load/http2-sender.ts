import type { Http2Result } from './http2-client.ts'
import type { RawRequest } from './raw-request.ts'

/** As much of a `RawHttp2Connection` as this needs. */
export interface Http2Channel {
  readonly isUsable: boolean
  /** GOAWAYs that came. */
  readonly goaways: readonly number[]
  request(request: RawRequest): Promise<Http2Result>
  close(): void
}

/**
 * One connection of HTTP/2 with what every real client has behind it: a stream that was never put on the wire, because a
 * GOAWAY came between the decision and the writing, goes out on a new connection. Nothing is sent twice.
 *
 * A stream that was sent and not processed (REFUSED_STREAM) is `refused`, as a connection is in HTTP/1.1.
 */
export class Http2Sender {
  readonly #open: () => Http2Channel
  #channel: Http2Channel

  constructor(open: () => Http2Channel) {
    this.#open = open
    this.#channel = open()
  }

  get isUsable(): boolean {
    return this.#channel.isUsable
  }

  async request(request: RawRequest): Promise<Http2Result> {
    let result = await this.#channel.request(request)
    if (result.outcome === 'refused' && this.#channel.goaways.length > 0) {
      this.#channel.close()
      this.#channel = this.#open()
      result = await this.#channel.request(request)
    }
    return result.isRetrySafe ? { ...result, outcome: 'refused' } : result
  }

  close(): void {
    this.#channel.close()
  }
}
