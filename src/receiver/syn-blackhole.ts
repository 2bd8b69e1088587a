import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

/**
 * Node accepts whoever comes as soon as its loop turns; so the listener is in a thread that does not turn: it listens, and
 * then sleeps until it is ended.
 */
const LISTEN_AND_SLEEP = `
const { createServer } = require('node:net')
const { parentPort, workerData } = require('node:worker_threads')
createServer().listen({ host: workerData.host, port: workerData.port, backlog: 1 }, () => {
  parentPort.postMessage('listening')
  setImmediate(() => Atomics.wait(workerData.never, 0, 0))
})
`
/** A queue of length 1 takes two. */
const FILLERS = 2

/**
 * A listener whose accept queue is full, with connections of our own: the kernel ignores whoever else wants to connect,
 * as if nobody were at that address.
 *
 * @see https://man7.org/linux/man-pages/man2/listen.2.html
 */
export class SynBlackhole {
  readonly #thread: Worker
  readonly #fillers: readonly Socket[]

  private constructor(thread: Worker, fillers: readonly Socket[]) {
    this.#thread = thread
    this.#fillers = fillers
  }

  /**
   * Resolves when nobody can connect any more.
   *
   * @throws what the system says when it cannot be done
   */
  static async at({ address, port }: AddressInfo): Promise<SynBlackhole> {
    const never = new Int32Array(new SharedArrayBuffer(4))
    const thread = new Worker(LISTEN_AND_SLEEP, {
      eval: true,
      workerData: { host: address, port, never },
      // Nothing of the process around is to be loaded there.
      execArgv: [],
      env: {},
    })
    const fillers: Socket[] = []
    const blackhole = new SynBlackhole(thread, fillers)
    try {
      await once(thread, 'message')
      thread.unref()
      const host = address === '::' ? '::1' : address === '0.0.0.0' ? '127.0.0.1' : address
      for (let count = 0; count < FILLERS; count++) {
        const filler = connect({ host, port })
        fillers.push(filler)
        await once(filler, 'connect')
        filler.on('error', () => {})
        filler.unref()
      }
      return blackhole
    } catch (error) {
      await blackhole.end()
      throw error
    }
  }

  /** Resolves when nothing listens any more. */
  async end(): Promise<void> {
    for (const filler of this.#fillers) filler.on('error', () => {}).destroy()
    await this.#thread.terminate()
  }
}
