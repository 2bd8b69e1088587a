import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/**
 * What becomes of connections: passed on, passed on late, reset as soon as they are made, taken and left without a word,
 * or not taken at all.
 */
export type ProxyMode = 'forward' | 'slow' | 'reset' | 'silent' | 'refuse'

/** How long each piece takes in the mode `slow`. */
const SLOW_MS = 50

interface Pair {
  readonly inner: Socket
  readonly outer: Socket | undefined
}

/** A network between a client and a server on this machine that fails as it is told, and counts who dials. */
export class TcpProxy implements AsyncDisposable {
  /** Connections that clients have made, or tried to. */
  dials = 0
  readonly port: number
  readonly #target: number
  #server: Server
  #mode: ProxyMode = 'forward'
  readonly #pairs = new Set<Pair>()

  private constructor(server: Server, target: number) {
    this.#server = server
    this.#target = target
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => this.#take(socket))
  }

  static async start(target: number): Promise<TcpProxy> {
    return new TcpProxy(await listen(0), target)
  }

  /** Connections that stand now. */
  get open(): number {
    return this.#pairs.size
  }

  /** For connections made from now on, and `slow` and `forward` for those that stand. */
  async become(mode: ProxyMode): Promise<void> {
    const before = this.#mode
    this.#mode = mode
    if (mode === 'refuse') await close(this.#server)
    else if (before === 'refuse') {
      this.#server = await listen(this.port)
      this.#server.on('connection', (socket) => this.#take(socket))
    }
  }

  /** Resets all that stand. */
  cut(): void {
    for (const { inner, outer } of this.#pairs) {
      inner.resetAndDestroy()
      outer?.resetAndDestroy()
    }
  }

  /** All that stand are dead from now on, and nobody says so: half-open, as behind a firewall that has forgotten them. */
  forget(): void {
    for (const { inner, outer } of this.#pairs) {
      inner.removeAllListeners('data')
      outer?.removeAllListeners('data')
      inner.resume()
      outer?.resume()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { inner, outer } of this.#pairs) {
      inner.destroy()
      outer?.destroy()
    }
    await close(this.#server)
  }

  #take(inner: Socket): void {
    this.dials += 1
    inner.on('error', () => {})
    if (this.#mode === 'reset') {
      inner.resetAndDestroy()
      return
    }
    const outer = this.#mode === 'silent' ? undefined : connect(this.#target, '127.0.0.1')
    const pair: Pair = { inner, outer }
    this.#pairs.add(pair)
    const end = (): void => {
      this.#pairs.delete(pair)
      inner.destroy()
      outer?.destroy()
    }
    inner.on('close', end)
    if (outer === undefined) {
      inner.resume()
      return
    }
    outer.on('error', () => inner.resetAndDestroy())
    outer.on('close', end)
    this.#pass(inner, outer)
    this.#pass(outer, inner)
  }

  #pass(from: Socket, to: Socket): void {
    let last = Promise.resolve()
    from.on('data', (piece) => {
      if (this.#mode !== 'slow') {
        to.write(piece)
        return
      }
      last = last.then(() => new Promise((resolve) => setTimeout(resolve, SLOW_MS))).then(() => void to.write(piece))
    })
    from.on('end', () => to.end())
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true })
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

/** Takes no more connections; those that stand go on. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    // It waits for those that stand, which nobody asked it to.
    resolve()
  })
}
