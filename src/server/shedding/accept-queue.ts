import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Server } from 'node:net'

/** How often the queue is looked at, at most: that costs some tens of microseconds. */
const PERIOD_MS = 50
/** As much as Linux gives at a time; listeners come first, and more of them than fit into so many pieces nobody has. */
const PIECE_BYTES = 4096
const MOST_PIECES = 16
/** In hexadecimal, as the kernel writes it. */
const LISTEN = '0A'

/**
 * How long connections to a server wait to be accepted. Node takes one in each turn of the event loop: where every request
 * comes over a connection of its own, all the others wait there, in the kernel, while the loop itself is hardly late and
 * sees nothing of them. Probes of a kubelet are such requests, too.
 *
 * The kernel tells how many there are, and how fast they are accepted tells for how long. Linux only; elsewhere, and where
 * `/proc` can't be read, nobody seems to wait.
 *
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export class AcceptQueue {
  readonly #server: Server
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES)
  readonly #onConnection: () => void
  #accepted = 0
  #lookedAtMs: number | undefined
  #waitMs = 0
  #isReadable = process.platform === 'linux'

  constructor(server: Server) {
    this.#server = server
    this.#onConnection = () => void this.#accepted++
    server.on('connection', this.#onConnection)
  }

  /** How long one that comes now is about to wait, in milliseconds, as far as is known. Never throws. */
  waitMs(nowMs: number): number {
    const passedMs = nowMs - (this.#lookedAtMs ??= nowMs)
    if (!this.#isReadable || passedMs < PERIOD_MS) return this.#waitMs
    // Of a loop that accepts nobody, nobody waits, or it did not turn at all: then it is late, and that is known.
    this.#waitMs = this.#accepted === 0 ? 0 : (this.#readLength() * passedMs) / this.#accepted
    this.#accepted = 0
    this.#lookedAtMs = nowMs
    return this.#waitMs
  }

  stop(): void {
    this.#server.off('connection', this.#onConnection)
  }

  #readLength(): number {
    try {
      return queueLength(this.#server, this.#piece) ?? 0
    } catch {
      // Without /proc, or not permitted: that does not change.
      this.#isReadable = false
      return 0
    }
  }
}

/** How many connections wait to be accepted; `undefined` where the kernel does not tell. */
export function queueLength(server: Server, piece = Buffer.allocUnsafe(PIECE_BYTES)): number | undefined {
  const address = server.address()
  const fd = (server as Server & { readonly _handle?: { readonly fd?: number } | null })._handle?.fd
  if (address === null || typeof address === 'string' || fd === undefined || fd < 0) return undefined
  const inode = String(fstatSync(fd).ino)
  const table = openSync(address.family === 'IPv6' ? '/proc/self/net/tcp6' : '/proc/self/net/tcp', 'r')
  try {
    let rest = ''
    for (let count = 0; count < MOST_PIECES; count++) {
      const bytes = readSync(table, piece, 0, PIECE_BYTES, null)
      const lines = (rest + piece.toString('latin1', 0, bytes)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const [number = '', , , state, queues = '', , , , , found] = line.trim().split(/\s+/)
        if (!number.endsWith(':')) continue
        if (state !== LISTEN) return undefined
        if (found === inode) return Number.parseInt(queues.slice(queues.indexOf(':') + 1), 16)
      }
      if (bytes === 0) return undefined
    }
    return undefined
  } finally {
    closeSync(table)
  }
}
