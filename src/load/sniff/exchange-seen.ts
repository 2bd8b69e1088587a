/** A request that passed a proxy, in up to two steps. */
export interface ExchangeSeen {
  /** `cancelled`: the service went away or took it back before the answer had reached it. */
  readonly what: 'began' | 'answered' | 'cancelled'
  /** Counted from 0 on its connection. */
  readonly exchange: number
  readonly protocol: 'http/1.1' | 'h2'
  readonly method: string
  readonly path: string
  readonly traceparent?: string
  readonly tracestate?: string
  readonly baggage?: string
  readonly status?: number
}

/** What reads one protocol. Throws when the bytes are not of that protocol. */
export interface ProtocolSniffer {
  up(bytes: Buffer): void
  down(bytes: Buffer): void
  /** The dependency has ended in good order. */
  downEnded(): void
  serviceLeft(): void
}
