import { connect, type Socket } from 'node:net'

/** A bare TCP connection that gathers what it is sent. */
export class RawConnection {
  readonly socket: Socket
  /** Resolves when the connection is over, with everything received, as latin1 text. */
  readonly closed: Promise<string>
  #received = ''
  #error: Error | undefined

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.socket.setNoDelay(true)
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => (this.#received += text))
    this.socket.on('error', (error) => (this.#error = error))
    this.socket.on('end', () => this.socket.end())
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => resolve(this.#received))
    })
  }

  get received(): string {
    return this.#received
  }

  /** What broke the connection, such as a reset by the other side. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Resolves when the bytes have been handed to the system. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(bytes, () => resolve())
    })
  }

  /** Ends the connection the hard way: the other side sees a reset. */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}
