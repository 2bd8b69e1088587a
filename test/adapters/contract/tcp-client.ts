import { connect as connectTcp } from 'node:net'
import { systemClock } from '../../../src/core/clock.ts'
import { DelayedSocket } from '../../../src/load/delayed-socket.ts'
import type { RawRequest, RawResult } from '../../../src/load/raw-request.ts'
import type { KeptConnection } from '../../../src/load/steady-client.ts'
import type { Connection, Reply, Where } from './client.ts'
import { type Frame, frameReader, toFrame } from './frames.ts'

const STATUS: Readonly<Record<string, number>> = { done: 200, failed: 500 }

/**
 * One connection in the protocol of the TCP kind, one request at a time: `<path> <length>`, the body; answered by any
 * number of `part` and one `done` or `failed`. After a `bye` nothing new is sent, and the client closes when it has its
 * answers. It does not
 * close when the server has closed its side and owes it an answer: a client may be as stubborn as that.
 */
export class TcpConnection implements KeptConnection {
  readonly #wire: DelayedSocket
  readonly #startedAt = systemClock.now()
  #isConnected = false
  #hasBegun = false
  #saidClose = false
  #isOver = false
  #count = 0
  #body = ''
  #settle: ((result: RawResult) => void) | undefined

  constructor({ port, host = '127.0.0.1' }: Pick<Where, 'port' | 'host'>, wireDelayMs = 0) {
    const socket = connectTcp({ port, host, allowHalfOpen: true, noDelay: true })
    socket.once('connect', () => (this.#isConnected = true))
    this.#wire = new DelayedSocket(socket, { clock: systemClock, wireDelayMs })
    const read = frameReader((frame) => this.#onFrame(frame))
    this.#wire.on('data', (bytes: Buffer) => {
      this.#hasBegun = true
      read(bytes)
    })
    this.#wire.on('error', () => {})
    this.#wire.on('end', () => this.#onEnd())
    this.#wire.on('close', () => this.#onClose())
  }

  get isUsable(): boolean {
    return !this.#isOver && !this.#saidClose
  }

  request({ path, body = '' }: RawRequest): Promise<RawResult> {
    this.send(toFrame(path, body.toString()))
    return this.answer()
  }

  /** What becomes of the request that is sent. */
  answer(): Promise<RawResult> {
    this.#count++
    this.#body = ''
    this.#hasBegun = false
    return new Promise((resolve) => (this.#settle = resolve))
  }

  send(bytes: Buffer): void {
    this.#wire.write(bytes)
  }

  close(): void {
    this.#wire.destroy()
  }

  #onFrame({ word, text }: Frame): void {
    if (word === 'bye') this.#saidClose = true
    else if (word === 'part') this.#body += text
    else this.#end({ outcome: 'answered', status: STATUS[word] ?? 500, body: Buffer.from(this.#body + text) })
    if (this.#saidClose && this.#settle === undefined) this.#wire.end()
  }

  #onEnd(): void {
    this.#isOver = true
    if (this.#settle === undefined) this.#wire.end()
    else this.#lose()
  }

  #onClose(): void {
    this.#isOver = true
    this.#lose()
  }

  #lose(): void {
    if (!this.#isConnected) this.#end({ outcome: 'refused' })
    else if (this.#hasBegun) this.#end({ outcome: 'truncated' })
    else this.#end({ outcome: this.#count === 1 ? 'reset-fresh' : 'reset-reused' })
  }

  #end(result: Pick<RawResult, 'outcome' | 'status' | 'body'>): void {
    const settle = this.#settle
    this.#settle = undefined
    const tookMs = systemClock.now() - this.#startedAt
    settle?.({ ...result, saidClose: this.#saidClose, reuse: this.#count - 1, tookMs })
  }
}

export function openTcp(where: Where): Connection {
  const connection = new TcpConnection(where)
  const toReply = async (answer: Promise<RawResult>): Promise<Reply> => {
    const { outcome, status, body, saidClose } = await answer
    return { outcome, body: body?.toString() ?? '', saidClose, ...(status === undefined ? {} : { status }) }
  }
  return {
    get isUsable() {
      return connection.isUsable
    },
    ask: (request) => toReply(connection.request(request)),
    askInHalves(path, [first, second]) {
      const whole = toFrame(path, first + second)
      const half = whole.length - Buffer.byteLength(second)
      connection.send(whole.subarray(0, half))
      return { reply: toReply(connection.answer()), rest: () => connection.send(whole.subarray(half)) }
    },
    close: () => connection.close(),
  }
}
