import { type Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

import { MAX_LISTED_WORK, type OpenWork } from '../lifecycle/open-work.ts'
import { closeListener } from './close-listener.ts'
import { DrainEnd, untilGone } from './drain-end.ts'
import { describeWork, reportFinish } from './finish-report.ts'
import { DEFAULT_LATE_REQUEST_GRACE_MS, DEFAULT_LINGER_MS } from './http-drain-options.ts'
import { lingeringClose } from './lingering-close.ts'
import { NetLedger, type NetConnection } from './net-ledger.ts'
import { type QuietConnections, watchQuiet } from './net-quiet.ts'
import { findOpenSockets } from './open-connections.ts'
import { saySpread } from './say-spread.ts'
import type { DrainingOptions, FinishOptions, FinishReport, ServerDrain, ServerDrainOptions } from './server-drain.ts'
import { isTlsServer } from './server-kind.ts'

export interface NetDrainOptions extends ServerDrainOptions {
  /** How long nothing may pass either way before a connection counts as quiet, in milliseconds. @default 250 */
  readonly quietMs?: number
  /** How long the peer's end is waited for after ours, in milliseconds. @default 1000 */
  readonly lingerMs?: number
}

/** The figures of a plain TCP server in the report on its end, counted since it is tracked. */
export interface NetFigures extends Readonly<Record<string, number>> {
  /** `connections = ended + cut + open`, at any time. */
  readonly connections: number
  readonly ended: number
  /** Destroyed by us at the limit. */
  readonly cut: number
  /** Told goodbye in their own protocol. */
  readonly toldGoodbye: number
  /** Nothing passed either way for the grace, and the last word was ours, so that our end of the connection was sent. */
  readonly quietClosed: number
  /** Got our end of the connection at the soft deadline. */
  readonly endedLate: number
  /** Taken in at the last moment instead of being reset. */
  readonly acceptedLate: number
}

const GOODBYE_REASON = 'the service is shutting down'
const CONNECTION_NAME = 'tcp connection'

/**
 * Account of the connections of a plain `net` or `tls` server, and their orderly end. What they speak is not known, so a
 * connection is work as long as it is open: it may end by itself, be told goodbye by the service, or fall quiet. What is
 * left at the soft deadline gets our end of the connection, at the limit it is destroyed.
 */
export class NetDrain implements ServerDrain {
  readonly #server: Server
  readonly #options: NetDrainOptions
  readonly #ledger: NetLedger
  readonly #unwatch: () => void
  #quiet: QuietConnections | undefined
  #cancelGoodbyes: (() => void) | undefined
  #toldGoodbye = 0
  #endedLate = 0
  #isListenerClosed = false
  #finishing: Promise<FinishReport> | undefined

  constructor(server: Server, options: NetDrainOptions) {
    this.#server = server
    this.#options = options
    this.#ledger = new NetLedger(options.clock)
    this.#unwatch = watch(server, this.#ledger)
  }

  get inFlight(): number {
    return this.#ledger.size
  }

  get isDraining(): boolean {
    return this.#cancelGoodbyes !== undefined
  }

  openWork(): readonly OpenWork[] {
    return this.#describe([...this.#ledger.connections])
  }

  /** Offers each connection to `sayGoodbye`, spread over `spreadMs`; nothing else changes. */
  startDraining({ spreadMs = 0 }: DrainingOptions = {}): void {
    if (this.#cancelGoodbyes !== undefined) return
    this.#cancelGoodbyes = saySpread(this.#options.clock, [...this.#ledger.connections], spreadMs, (connection) =>
      this.#sayGoodbye(connection),
    )
  }

  finish(options: FinishOptions): Promise<FinishReport> {
    this.#finishing ??= this.#finish(options)
    return this.#finishing
  }

  release(): void {
    this.#unwatch()
    this.#quiet?.stop()
    this.#cancelGoodbyes?.()
    this.#ledger.onGone = undefined
  }

  async #finish(options: FinishOptions): Promise<FinishReport> {
    const { clock, quietMs = DEFAULT_LATE_REQUEST_GRACE_MS } = this.#options
    const { limitMs, softLimitMs } = options
    const startedAt = clock.now()
    this.startDraining()
    const end = new DrainEnd(clock, options, () => this.#isListenerClosed && this.#ledger.size === 0)
    this.#ledger.onGone = () => end.look()
    const cancelSoft = softLimitMs === undefined ? undefined : clock.schedule(softLimitMs, () => this.#endAll())
    const acceptedLate = await end.afterClose(closeListener(this.#server, clock, limitMs))
    this.#isListenerClosed = true
    this.#cancelGoodbyes?.()
    for (const connection of this.#ledger.connections) this.#sayGoodbye(connection)
    this.#quiet = watchQuiet(clock, quietMs, this.#ledger, ({ socket }) => this.#end(socket))
    end.look()
    await end.reached
    cancelSoft?.()
    const left = [...this.#ledger.connections]
    const cut = this.#describe(left.slice(0, MAX_LISTED_WORK))
    for (const connection of left) this.#ledger.cut(connection)
    await untilGone(() => this.#ledger.size === 0)
    const figures = this.#figures(acceptedLate)
    this.release()
    const report = reportFinish(this.#options, { startedAt, limitMs, cutCount: left.length, cut, figures })
    end.throwFailure()
    return report
  }

  /** The soft deadline: whoever has not ended learns that we have. */
  #endAll(): void {
    for (const { socket } of this.#ledger.connections) {
      if (socket.writableEnded) continue
      this.#endedLate++
      // A service that writes on after this is told by its own callbacks; it must not end the process.
      socket.on('error', () => {}).end()
    }
  }

  #end(socket: Socket): void {
    socket.on('error', () => {})
    lingeringClose(socket, this.#options.clock, this.#options.lingerMs ?? DEFAULT_LINGER_MS)
  }

  #sayGoodbye(connection: NetConnection): void {
    const { socket } = connection
    if (connection.wasOffered || connection.isHandshaking || socket.destroyed || socket.writableEnded) return
    connection.wasOffered = true
    const { bytesAnswered } = connection
    try {
      if (this.#options.sayGoodbye?.(socket, GOODBYE_REASON) === true) this.#toldGoodbye++
    } catch {
      // It knows its protocol less well than it thought; the connection is ended like those without one.
    }
    // A goodbye is no answer: what the client has asked before it is still waited for.
    connection.bytesAnswered = bytesAnswered
  }

  #figures(acceptedLate: number): NetFigures {
    const { connections, ended, cut } = this.#ledger.totals
    return {
      connections,
      ended,
      cut,
      toldGoodbye: this.#toldGoodbye,
      quietClosed: this.#quiet?.closedCount ?? 0,
      endedLate: this.#endedLate,
      acceptedLate,
    }
  }

  #describe(connections: readonly NetConnection[]): readonly OpenWork[] {
    return describeWork(this.#options.clock, connections, () => ({ kind: 'connection', name: CONNECTION_NAME }))
  }
}

function watch(server: Server, ledger: NetLedger): () => void {
  const isTls = isTlsServer(server)
  const onConnection = (socket: Socket): void => {
    if (socket instanceof Socket) ledger.open(socket, { isHandshaking: isTls })
  }
  const onSecure = (socket: TLSSocket): void => {
    // Node has no public way from a TLS socket to the one under it; without it the two would be counted as two.
    ledger.secure((socket as TLSSocket & { _parent?: Socket })._parent, socket)
  }
  if (!isTls) for (const socket of findOpenSockets(server)) ledger.open(socket, { isHandshaking: false })
  server.prependListener('connection', onConnection)
  if (isTls) server.prependListener('secureConnection', onSecure)
  return () => {
    server.off('connection', onConnection)
    server.off('secureConnection', onSecure)
  }
}

/** Starts to keep account of a `net` or `tls` server. Without TLS, connections that are open already are found. */
export function trackNetServer(server: Server, options: NetDrainOptions): NetDrain {
  return new NetDrain(server, options)
}
