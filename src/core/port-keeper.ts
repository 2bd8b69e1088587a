import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * Keeps a port while nobody listens on it, by a connection of our own that begins there. Without it the system could lend
 * the port to any outgoing connection of the machine: even to a client that tries to reach it, which would then be
 * connected to itself.
 */
export class PortKeeper {
  readonly #far: Server
  readonly #socket: Socket

  private constructor(far: Server, socket: Socket) {
    this.#far = far
    this.#socket = socket
  }

  /**
   * @param close ends the listener that has the port so far; called once everything else is ready
   * @throws what the system says when the port cannot be kept
   */
  static async takeOver({ address, port }: AddressInfo, close: () => void): Promise<PortKeeper> {
    const host = address === '::' ? '::1' : address === '0.0.0.0' ? '127.0.0.1' : address
    const far = createServer((accepted) => accepted.on('error', () => {})).listen({ host, port: 0, backlog: 1 })
    try {
      await once(far, 'listening')
      close()
      const socket = connect({ host, port: (far.address() as AddressInfo).port, localAddress: host, localPort: port })
      await once(socket, 'connect')
      socket.on('error', () => {})
      return new PortKeeper(far, socket)
    } catch (error) {
      far.close()
      throw error
    }
  }

  /** Lets the port go at once: reset, for a connection that ends in the orderly way occupies it for another minute. */
  release(): void {
    this.#socket.resetAndDestroy()
    this.#far.close()
  }
}
