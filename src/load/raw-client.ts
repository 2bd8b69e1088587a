import type { Socket } from 'node:net'

import type { Cancel } from '../core/clock.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { DelayLine } from './delay-line.ts'
import { openHalfOpen } from './half-open-socket.ts'
import { whatBecame } from './lost-request.ts'
import type { RawConnectionOptions } from './raw-connection-options.ts'
import { DEFAULT_REQUEST_TIMEOUT_MS, encodeRequest } from './raw-request.ts'
import type { RawRequest, RawResult, WireTimes } from './raw-request.ts'
import { ResponseParser, type ParsedResponse } from './response-parser.ts'
import { slowReading } from './slow-reading.ts'
import { authorityOf } from './authority-of.ts'

interface Pending {
  readonly method: string
  readonly reuse: number
  readonly startedAt: number
  readonly times: { -readonly [K in 'headSentAt' | 'sentAt' | 'firstByteAt']?: number }
  readonly cancelTimeout: Cancel
  readonly settle: (result: RawResult) => void
}

const DEFAULT_KEEP_BODY_BYTES = 1024 * 1024

/**
 * One connection to an HTTP/1.1 server, as a strict and simple client has it: it never retries, never opens a second
 * one, obeys `Connection: close`, and tells exactly what became of each request. Requests that are sent while another
 * one waits for its answer are pipelined.
 */
export class RawConnection {
  readonly #options: RawConnectionOptions
  readonly #toServer: DelayLine
  readonly #toClient: DelayLine
  readonly #parser: ResponseParser
  readonly #pending: Pending[] = []
  readonly #whenConnected: (() => void)[] = []
  #unsent: { readonly bytes: Buffer; readonly request: Pending | undefined }[] = []
  #socket: Socket | undefined
  #state: 'new' | 'connecting' | 'open' | 'closed' = 'new'
  #wasConnected = false
  #requestCount = 0
  #saidClose = false
  readonly #wire: { -readonly [K in keyof WireTimes]: WireTimes[K] } = {}
  #onClosed: (() => void) | undefined
  #onOpened: (() => void) | undefined
  #closedBy: 'client' | 'service' | undefined

  constructor(options: RawConnectionOptions) {
    this.#options = options
    this.#toServer = new DelayLine(options.clock, options.wireDelayMs ?? 0)
    this.#toClient = new DelayLine(options.clock, options.wireDelayMs ?? 0)
    this.#parser = new ResponseParser({
      nextMethod: () => this.#pending[0]?.method ?? 'GET',
      onResponse: (response) => this.#onResponse(response),
      keepBodyBytes: options.keepBodyBytes ?? DEFAULT_KEEP_BODY_BYTES,
      ...(options.onHead === undefined ? {} : { onHead: options.onHead }),
      ...(options.onBody === undefined ? {} : { onBody: options.onBody }),
    })
  }

  /** Requests sent so far. */
  get requestCount(): number {
    return this.#requestCount
  }

  /** Whether a further request may be sent: not closed by either side, and no answer said `Connection: close`. */
  get isUsable(): boolean {
    return this.#state !== 'closed' && !this.#saidClose
  }

  /** Who ended it, as the client sees it: the service by FIN, RST or `Connection: close`. Absent while it stands. */
  get closedBy(): 'client' | 'service' | undefined {
    return this.#closedBy
  }

  /** Called once, when the client sees that the connection stands. */
  set onOpened(callback: () => void) {
    this.#onOpened = callback
  }

  /** Called once, as soon as the client knows that the connection can no longer be used. */
  set onClosed(callback: () => void) {
    this.#onClosed = callback
  }

  /** Makes the connection; true when it stands. A request does so by itself. */
  connect(): Promise<boolean> {
    if (this.#state === 'open' || this.#state === 'closed') return Promise.resolve(this.#state === 'open')
    return new Promise((resolve) => {
      this.#whenConnected.push(() => resolve(this.#state === 'open'))
      this.#start()
    })
  }

  /**
   * Sends `request` and waits for what becomes of it; never rejects.
   *
   * @throws {@link SeaworthyError} `SEA_LOAD_CONNECTION_CLOSED` when the connection is not usable any more
   */
  request(request: RawRequest): Promise<RawResult> {
    const { host, port } = this.#options
    const answer = this.expect(request)
    this.send(encodeRequest(request, authorityOf(host, port)))
    return answer
  }

  /**
   * Waits for the answer to a request that is put on the wire by {@link send}.
   *
   * @throws {@link SeaworthyError} `SEA_LOAD_CONNECTION_CLOSED` when the connection is not usable any more
   */
  expect({ method = 'GET', timeoutMs }: Pick<RawRequest, 'method' | 'timeoutMs'> = {}): Promise<RawResult> {
    const { host, port, clock } = this.#options
    if (!this.isUsable) {
      throw new SeaworthyError('SEA_LOAD_CONNECTION_CLOSED', `The connection to ${authorityOf(host, port)} is closed`, {
        hint: 'Look at isUsable first and open a new connection.',
      })
    }
    return new Promise((settle) => {
      const cancelTimeout = clock.schedule(timeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS, () => this.#die('timeout'))
      this.#pending.push({
        method,
        reuse: this.#requestCount++,
        startedAt: clock.now(),
        times: {},
        cancelTimeout,
        settle,
      })
    })
  }

  /** Puts bytes on the wire as they are: half a request, two at once, or no HTTP at all. */
  send(bytes: Buffer | string): void {
    const buffer = Buffer.from(bytes)
    const request = this.#pending.at(-1)
    if (this.#state === 'open') this.#toServer.push(() => this.#write(buffer, request))
    else this.#unsent.push({ bytes: buffer, request })
    this.#start()
  }

  /** Stops reading: the kernel's buffers fill, and the server has to wait. */
  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  /** Sends the end of what the client has to say, and goes on reading. */
  end(): void {
    this.#toServer.push(() => void this.#socket?.end())
  }

  /** Closes both directions; a request that waits ends as it does when the connection dies. */
  close(): void {
    this.#toServer.push(() => void this.#socket?.destroy())
    this.#die('closed')
  }

  /** Closes with a reset, as a crashed client does. */
  reset(): void {
    this.#toServer.push(() => void this.#socket?.resetAndDestroy())
    this.#die('closed')
  }

  #start(): void {
    if (this.#state !== 'new') return
    this.#state = 'connecting'
    this.#toServer.push(() => {
      if (this.#state === 'connecting') this.#openSocket()
    })
  }

  #openSocket(): void {
    const { host, port, tls, readBytesPerSecond } = this.#options
    const socket = openHalfOpen({ host, port, tls })
    this.#socket = socket
    if (readBytesPerSecond !== undefined) slowReading(socket, this.#options.clock, readBytesPerSecond)
    let errorCode: string | undefined
    const now = (): number => this.#options.clock.now()
    const wire = this.#wire
    socket.on('connect', () => {
      wire.connectedAt = now()
      this.#toClient.push(() => (this.#wasConnected = true))
    })
    socket.on(tls === undefined ? 'connect' : 'secureConnect', () => this.#toClient.push(() => this.#onConnect()))
    socket.on('data', (bytes) => {
      wire.lastReadAt = now()
      this.#toClient.push(() => this.#onData(bytes))
    })
    socket.on('error', (error: NodeJS.ErrnoException) => (errorCode = error.code ?? 'UNKNOWN'))
    socket.on('end', () => {
      wire.serverClosedAt ??= now()
      this.#toClient.push(() => this.#die('ended'))
    })
    socket.on('close', () => {
      wire.serverClosedAt ??= now()
      this.#toClient.push(() => this.#die('ended', errorCode))
    })
  }

  #write(bytes: Buffer, request: Pending | undefined): void {
    const now = this.#options.clock.now()
    this.#wire.lastWriteAt = now
    if (request !== undefined) {
      request.times.headSentAt ??= now
      request.times.sentAt = now
    }
    this.#socket?.write(bytes)
  }

  #onConnect(): void {
    if (this.#state !== 'connecting') return
    this.#state = 'open'
    const unsent = this.#unsent
    this.#unsent = []
    this.#onOpened?.()
    for (const { bytes, request } of unsent) this.#toServer.push(() => this.#write(bytes, request))
    for (const resolve of this.#whenConnected.splice(0)) resolve()
  }

  #onData(bytes: Buffer): void {
    if (this.#state !== 'open') return
    const [first] = this.#pending
    if (first !== undefined) first.times.firstByteAt ??= this.#options.clock.now()
    this.#parser.push(bytes)
    if (this.#parser.error !== undefined) this.#die('malformed')
    else if (this.#pending.length === 0 && this.#parser.isInside) this.#die('malformed')
  }

  #onResponse(response: ParsedResponse): void {
    const request = this.#pending.shift()
    if (request === undefined) {
      this.#die('malformed')
      return
    }
    request.cancelTimeout()
    if (response.saidClose) this.#saidClose = true
    request.settle({
      outcome: 'answered',
      ...response,
      reuse: request.reuse,
      tookMs: this.#options.clock.now() - request.startedAt,
      wire: { ...this.#wire, ...request.times },
    })
    if (response.saidClose) this.#die('ended')
  }

  /** The connection is over, for whatever reason: everything that still waits on it is told what that means for it. */
  #die(why: 'ended' | 'closed' | 'timeout' | 'malformed', errorCode?: string): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#closedBy = why === 'ended' ? 'service' : 'client'
    // A body that lasts until the end of the connection is whole only if that end is an orderly one.
    if (why === 'ended' && errorCode === undefined) this.#parser.end()
    const wasConnected = this.#wasConnected
    let hasBegun = this.#parser.isInside
    for (const request of this.#pending.splice(0)) {
      const { cancelTimeout, settle, reuse, startedAt } = request
      cancelTimeout()
      settle({
        outcome: whatBecame({ why, wasConnected, hasBegun, reuse }),
        saidClose: this.#saidClose,
        reuse,
        tookMs: this.#options.clock.now() - startedAt,
        ...(errorCode === undefined ? {} : { errorCode }),
        wire: { ...this.#wire, ...request.times },
      })
      hasBegun = false
    }
    for (const resolve of this.#whenConnected.splice(0)) resolve()
    this.#onClosed?.()
    // An orderly end lets the last bytes out first; the socket goes when both sides have ended.
    if (why === 'ended') this.#toServer.push(() => this.#socket?.destroySoon())
    else this.#toServer.push(() => void this.#socket?.destroy())
  }
}
