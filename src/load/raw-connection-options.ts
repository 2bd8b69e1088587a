import type { Clock } from '../core/clock.ts'
import type { ResponseHead } from './response-parser.ts'

/** What a connection of a raw client is made with. */
export interface RawConnectionOptions {
  readonly clock: Clock
  readonly host: string
  readonly port: number
  /**
   * Added to each direction, in milliseconds, in order: data, closes and the handshake of TCP. On a bare loopback
   * interface races between a request and a close hardly ever happen; with 25 ms each way they do every time.
   *
   * @default 0
   */
  readonly wireDelayMs?: number
  /** Speaks TLS. Certificates are checked only if asked for: a service under test has one of its own making. */
  readonly tls?: { readonly rejectUnauthorized: boolean }
  /** How much of each body is kept. @default 1 MiB */
  readonly keepBodyBytes?: number
  /** Called with the head of each answer as soon as it is there; for answers without an end. */
  readonly onHead?: (head: ResponseHead) => void
  /** Called with each piece of a body, before it is kept or thrown away. */
  readonly onBody?: (bytes: Buffer) => void
  /** Reads at most so many bytes a second, so that the kernel's buffers fill. @default as fast as they come */
  readonly readBytesPerSecond?: number
}
