import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../../../src/process/free-port.ts'

/** What it answers, by the command in capitals. The text is RESP as it goes over the wire. */
export type Answers = Readonly<Record<string, string>>

const DEFAULTS: Answers = {
  PING: '+PONG\r\n',
  HELLO: '%1\r\n$5\r\nproto\r\n:3\r\n',
  INFO: '$11\r\nloading:0\r\n\r\n',
  GET: '$5\r\nvalue\r\n',
  EXEC: '*0\r\n',
  BLPOP: '',
}

/** A server of the protocol of Redis that can be told to be silent, or to reset, and remembers who has come and what was asked. */
export class RespServer implements AsyncDisposable {
  dials = 0
  /** Commands in the order in which they came, in capitals; those of the handshake left out. */
  readonly asked: string[] = []
  /** Takes connections and commands, and answers nothing. */
  isSilent = false
  /** Resets whoever dials. */
  isResetting = false
  answers: Answers = DEFAULTS
  readonly port: number
  #server: Server | undefined
  readonly #sockets = new Set<Socket>()
  /** Those whose client has gone. */
  readonly #ended = new Set<Socket>()
  readonly #waiting: (() => void)[] = []

  private constructor(port: number) {
    this.port = port
  }

  static async start(): Promise<RespServer> {
    const server = new RespServer(await freePort())
    await server.listen()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#take(socket))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.port, '127.0.0.1', resolve)
    })
    if ((server.address() as AddressInfo).port !== this.port) throw new Error('another port')
  }

  /** Takes nobody any more, and ends who is there. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    const closed = new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())))
    this.cut()
    await closed
  }

  /** Ends the connections that stand. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Connections whose client has not gone. */
  get open(): number {
    return this.#sockets.size - this.#ended.size
  }

  /** Resolves as soon as `condition` holds; looked at after each event here. */
  async until(condition: (server: this) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #take(socket: Socket): void {
    this.dials += 1
    socket.on('error', () => {})
    socket.on('end', () => {
      this.#ended.add(socket)
      // Who is frozen does not answer that either.
      if (!this.isSilent) socket.end()
      this.#happened()
    })
    if (this.isResetting) socket.resetAndDestroy()
    this.#sockets.add(socket)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      this.#ended.delete(socket)
      this.#happened()
    })
    let text = ''
    socket.on('data', (piece) => {
      text += piece.toString('latin1')
      for (let command = take(text); command !== undefined; command = take(text)) {
        text = command.rest
        this.#answer(socket, command.words)
      }
      this.#happened()
    })
    this.#happened()
  }

  #answer(socket: Socket, words: readonly string[]): void {
    const name = (words[0] ?? '').toUpperCase()
    if (!['HELLO', 'CLIENT', 'INFO'].includes(name)) this.asked.push(name)
    if (this.isSilent) return
    const answer = this.answers[name] ?? DEFAULTS[name] ?? '+OK\r\n'
    if (answer !== '') socket.write(answer)
    if (name === 'QUIT') socket.end()
  }

  #happened(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

/** The first command of a text, which clients send as a list of texts with their lengths. */
function take(text: string): { readonly words: readonly string[]; readonly rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text)
  if (head === null) return undefined
  let at = head[0].length
  const words: string[] = []
  for (let index = 0; index < Number(head[1]); index++) {
    const length = /^\$(\d+)\r\n/.exec(text.slice(at))
    if (length === null) return undefined
    const from = at + length[0].length
    const to = from + Number(length[1])
    if (text.length < to + 2) return undefined
    words.push(text.slice(from, to))
    at = to + 2
  }
  return { words, rest: text.slice(at) }
}
