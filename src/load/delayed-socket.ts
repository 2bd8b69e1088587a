import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

import type { Clock } from '../core/clock.ts'
import { DelayLine } from './delay-line.ts'

export interface DelayedSocketOptions {
  readonly clock: Clock
  /** Added to each direction, in milliseconds: data and closes, in order. @default 0 */
  readonly wireDelayMs?: number
  /** Sees what this end hands over, before the delay. */
  readonly onWrite?: (bytes: Buffer) => void
  /** Sees what this end is given, after the delay and before anybody else. */
  readonly onRead?: (bytes: Buffer) => void
}

/** A socket with a longer wire, for clients that take any stream: what goes in at one end comes out later at the other. */
export class DelayedSocket extends Duplex {
  readonly #socket: Socket
  readonly #onWrite: ((bytes: Buffer) => void) | undefined
  readonly #toServer: DelayLine
  readonly #toClient: DelayLine

  constructor(socket: Socket, { clock, wireDelayMs = 0, onWrite, onRead }: DelayedSocketOptions) {
    // Half-open, as the socket is: a close of the server is something that the client answers, after the delay.
    super({ allowHalfOpen: true })
    this.#socket = socket
    this.#onWrite = onWrite
    this.#toServer = new DelayLine(clock, wireDelayMs)
    this.#toClient = new DelayLine(clock, wireDelayMs)
    let error: Error | undefined
    const end = (): void => {
      if (error !== undefined) this.destroy(error)
      // What was received comes first, and its reader gets a turn of the event loop to take it.
      else if (this.readableEnded) setImmediate(() => this.destroy())
      else this.once('end', () => setImmediate(() => this.destroy()))
    }
    const read = (bytes: Buffer): void => {
      if (this.destroyed) return
      onRead?.(bytes)
      this.push(bytes)
    }
    socket.on('data', (bytes: Buffer) => this.#toClient.push(() => read(bytes)))
    socket.on('end', () => this.#toClient.push(() => void (this.destroyed || this.push(null))))
    socket.on('error', (each) => (error = each))
    socket.on('close', () => this.#toClient.push(end))
  }

  /** Stops reading: the kernel's buffers fill, and the server has to wait. */
  stall(): void {
    this.#socket.pause()
  }

  unstall(): void {
    this.#socket.resume()
  }

  /** Ends with a reset, as a crashed client does. */
  reset(): void {
    this.#toServer.push(() => void this.#socket.resetAndDestroy())
    this.destroy()
  }

  // Whatever is written is taken at once: flow control of HTTP/2 bounds it.
  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#onWrite?.(chunk)
    this.#toServer.push(() => void this.#socket.write(chunk))
    callback()
  }

  override _read(): void {}

  override _final(callback: () => void): void {
    this.#toServer.push(() => void this.#socket.end())
    callback()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#toServer.push(() => this.#socket.destroySoon())
    callback(error)
  }
}
