import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A server that sends every line back, as a database answers. */
export async function startEcho(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

type Callback = (line: string) => void

/**
 * A pool of connections as clients of databases have one: a connection is opened by the request that needs it first and
 * used by all others, one line at a time, and who finds none waits in a queue.
 */
export class SocketPool {
  readonly #port: number
  readonly #limit: number
  readonly #all = new Set<Socket>()
  readonly #idle: Socket[] = []
  readonly #queue: (() => void)[] = []

  constructor(server: Server, limit: number) {
    this.#port = (server.address() as AddressInfo).port
    this.#limit = limit
  }

  get size(): number {
    return this.#all.size
  }

  async query(line: string): Promise<string> {
    return await new Promise((resolve) => {
      this.queryWithCallback(line, resolve)
    })
  }

  /** The callback runs in whichever context the socket's events have; to bind it is up to the caller. */
  queryWithCallback(line: string, callback: Callback): void {
    if (this.#idle.length === 0 && this.#all.size < this.#limit) this.#open()
    const socket = this.#idle.pop()
    if (socket === undefined) {
      this.#queue.push(() => this.queryWithCallback(line, callback))
      return
    }
    let answer = ''
    const onData = (chunk: Buffer): void => {
      answer += String(chunk)
      if (!answer.endsWith('\n')) return
      socket.off('data', onData)
      this.#idle.push(socket)
      callback(answer.trimEnd())
      this.#queue.shift()?.()
    }
    socket.on('data', onData)
    socket.write(`${line}\n`)
  }

  close(): void {
    for (const socket of this.#all) socket.destroy()
  }

  #open(): void {
    const socket = connect(this.#port, '127.0.0.1')
    socket.on('error', () => {})
    this.#all.add(socket)
    this.#idle.push(socket)
  }
}
