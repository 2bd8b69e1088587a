import { connect, type Socket } from 'node:net'

const REQUEST = Buffer.from('GET /orders/7 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n')

/** Kept-alive connections that each send the next request when the last answer is complete. All answers are equal. */
export class SteadyConnections {
  readonly #sockets: readonly Socket[]
  readonly #answerBytes: number

  private constructor(sockets: readonly Socket[], answerBytes: number) {
    this.#sockets = sockets
    this.#answerBytes = answerBytes
  }

  static async open(port: number, count: number): Promise<SteadyConnections> {
    const sockets = await Promise.all(
      Array.from({ length: count }, async () => {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true })
        await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
        return socket
      }),
    )
    const [first] = sockets
    if (first === undefined) throw new Error('at least one connection is needed')
    const answer = new Promise<Buffer>((resolve) => first.once('data', resolve))
    first.write(REQUEST)
    return new SteadyConnections(sockets, (await answer).length)
  }

  /** Sends `count` requests over all of them and waits for the answers. */
  async send(count: number): Promise<void> {
    let left = count
    await Promise.all(
      this.#sockets.map(
        (socket) =>
          new Promise<void>((resolve, reject) => {
            let missing = 0
            const next = (): void => {
              if (left === 0) {
                socket.off('data', onData).off('close', onClose)
                resolve()
                return
              }
              left--
              missing = this.#answerBytes
              socket.write(REQUEST)
            }
            const onData = (bytes: Buffer): void => {
              missing -= bytes.length
              if (missing === 0) next()
              else if (missing < 0) reject(new Error('an answer is longer than the first one was'))
            }
            const onClose = (): void => reject(new Error('the server has closed a connection'))
            socket.on('data', onData).on('close', onClose)
            next()
          }),
      ),
    )
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
