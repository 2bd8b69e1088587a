import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

import type { Clock } from '../core/clock.ts'
import { DelayLine } from './delay-line.ts'
import { DEFAULT_REQUEST_TIMEOUT_MS, encodeRequest, type RawRequest, type RawResult } from './raw-request.ts'
import type { RequestSender } from './request-journal.ts'
import { authorityOf } from './authority-of.ts'

export interface RawWebSocketOptions {
  readonly clock: Clock
  readonly host: string
  readonly port: number
  /** Added to each direction, in milliseconds. @default 0 */
  readonly wireDelayMs?: number
  /** Sent as soon as the socket is open, and again whenever a message comes back: at most 125 bytes. @default nothing */
  readonly message?: string
  /** Called once, when the handshake is done. */
  readonly onOpen?: () => void
  /** Called when a message has come. */
  readonly onMessage?: () => void
}

/** What a server is told in the handshake to prove that it speaks the protocol (RFC 6455 §1.3). */
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const MAX_HEAD_BYTES = 64 * 1024
/** A frame is held until it is whole. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024
const HEAD_END = Buffer.from('\r\n\r\n')
const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const
/** What is said of a close frame without a code (RFC 6455 §7.4.1). */
const NO_CODE = 1005

/**
 * One WebSocket, as a strict and simple client has it. For a {@link RequestJournal} it is one request: answered when the
 * server ended it with a close frame, whose code is the status; truncated when the connection ended without one, which
 * is what browsers report as 1006.
 */
export class RawWebSocket implements RequestSender {
  readonly #options: RawWebSocketOptions
  readonly #toServer: DelayLine
  readonly #toClient: DelayLine
  #socket: Socket | undefined
  #buffer: Buffer = Buffer.alloc(0)
  #isConnected = false
  #isOpen = false
  #isOver = false
  #echoCount = 0
  #expectedAccept = ''
  #settle: (outcome: Pick<RawResult, 'outcome' | 'status' | 'errorCode'>) => void = () => {}

  constructor(options: RawWebSocketOptions) {
    this.#options = options
    this.#toServer = new DelayLine(options.clock, options.wireDelayMs ?? 0)
    this.#toClient = new DelayLine(options.clock, options.wireDelayMs ?? 0)
  }

  /** Whether the handshake is done and nobody has closed. */
  get isOpen(): boolean {
    return this.#isOpen && !this.#isOver
  }

  /** Messages that came. */
  get messageCount(): number {
    return this.#echoCount
  }

  /** Opens the socket and resolves when it is over; never rejects. May be called once. */
  request({ path, headers = {}, timeoutMs }: RawRequest): Promise<RawResult> {
    const { clock, host, port } = this.#options
    const startedAt = clock.now()
    const key = randomBytes(16).toString('base64')
    this.#expectedAccept = createHash('sha1').update(`${key}${HANDSHAKE_GUID}`).digest('base64')
    const head = encodeRequest(
      {
        path,
        headers: {
          Connection: 'Upgrade',
          Upgrade: 'websocket',
          'Sec-WebSocket-Version': '13',
          'Sec-WebSocket-Key': key,
          ...headers,
        },
      },
      authorityOf(host, port),
    )
    return new Promise((resolve) => {
      const cancel = clock.schedule(timeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS, () => this.#settle({ outcome: 'timeout' }))
      this.#settle = (outcome) => {
        if (this.#isOver) return
        this.#isOver = true
        cancel()
        resolve({ ...outcome, saidClose: true, reuse: 0, tookMs: clock.now() - startedAt })
        this.#toServer.push(() => this.#socket?.destroySoon())
      }
      this.#toServer.push(() => this.#open(head))
    })
  }

  /** Sends a message: at most 125 bytes. Nothing happens while the socket is not open. */
  say(text: string): void {
    if (this.isOpen) this.#sendFrame(OPCODE.text, Buffer.from(text))
  }

  /** Goes away without a word. */
  close(): void {
    this.#settle({ outcome: 'truncated' })
  }

  #open(head: Buffer): void {
    const { host, port } = this.#options
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true })
    this.#socket = socket
    let errorCode: string | undefined
    socket.on('connect', () => {
      this.#toClient.push(() => (this.#isConnected = true))
      socket.write(head)
    })
    socket.on('data', (bytes) => this.#toClient.push(() => this.#onData(bytes)))
    socket.on('error', (error: NodeJS.ErrnoException) => (errorCode = error.code ?? 'UNKNOWN'))
    socket.on('end', () => this.#toClient.push(() => this.#onEnd(undefined)))
    socket.on('close', () => this.#toClient.push(() => this.#onEnd(errorCode)))
  }

  #onEnd(errorCode: string | undefined): void {
    const outcome = !this.#isConnected ? 'refused' : this.#isOpen ? 'truncated' : 'reset-fresh'
    this.#settle({ outcome, ...(errorCode === undefined ? {} : { errorCode }) })
  }

  #onData(bytes: Buffer): void {
    if (this.#isOver) return
    this.#buffer = Buffer.concat([this.#buffer, bytes])
    if (!this.#isOpen && !this.#readHandshake()) return
    while (!this.#isOver && this.#readFrame());
  }

  #readHandshake(): boolean {
    const end = this.#buffer.indexOf(HEAD_END)
    if (end === -1) {
      if (this.#buffer.length > MAX_HEAD_BYTES) this.#settle({ outcome: 'malformed' })
      return false
    }
    const head = this.#buffer.toString('latin1', 0, end)
    this.#buffer = this.#buffer.subarray(end + HEAD_END.length)
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
    const accept = /^sec-websocket-accept:\s*(\S+)\s*$/im.exec(head)?.[1]
    if (status === 101 && accept === this.#expectedAccept) {
      this.#isOpen = true
      this.#options.onOpen?.()
      this.#sendMessage()
      return true
    }
    // An answer of HTTP instead of a WebSocket: a refusal, and a complete one.
    this.#settle(status === 101 || Number.isNaN(status) ? { outcome: 'malformed' } : { outcome: 'answered', status })
    return false
  }

  /** One frame from the server, never masked (RFC 6455 §5.1); false when more bytes are needed. */
  #readFrame(): boolean {
    const [first = 0, second = 0] = this.#buffer
    if (this.#buffer.length < 2) return false
    const lengthBytes = (second & 0x7f) === 126 ? 2 : (second & 0x7f) === 127 ? 8 : 0
    if (this.#buffer.length < 2 + lengthBytes) return false
    const length = this.#readLength(lengthBytes, second & 0x7f)
    if ((second & 0x80) !== 0 || length > MAX_FRAME_BYTES) {
      this.#settle({ outcome: 'malformed' })
      return false
    }
    const end = 2 + lengthBytes + length
    if (this.#buffer.length < end) return false
    const payload = this.#buffer.subarray(2 + lengthBytes, end)
    this.#buffer = this.#buffer.subarray(end)
    this.#onFrame(first & 0x0f, payload)
    return true
  }

  #readLength(lengthBytes: number, short: number): number {
    if (lengthBytes === 0) return short
    return lengthBytes === 2 ? this.#buffer.readUInt16BE(2) : Number(this.#buffer.readBigUInt64BE(2))
  }

  #onFrame(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.close) {
      const code = payload.length >= 2 ? payload.readUInt16BE(0) : NO_CODE
      this.#sendFrame(OPCODE.close, payload.subarray(0, 2))
      this.#settle({ outcome: 'answered', status: code })
    } else if (opcode === OPCODE.ping) {
      this.#sendFrame(OPCODE.pong, payload)
    } else if (opcode !== OPCODE.pong) {
      this.#echoCount++
      this.#options.onMessage?.()
      this.#sendMessage()
    }
  }

  #sendMessage(): void {
    const { message } = this.#options
    if (message !== undefined) this.#sendFrame(OPCODE.text, Buffer.from(message))
  }

  #sendFrame(opcode: number, payload: Buffer): void {
    const mask = randomBytes(4)
    const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)))
    const frame = Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked])
    this.#toServer.push(() => void this.#socket?.write(frame))
  }
}
