import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

import type { HandlerGate } from './close-when-quiet.ts'
import { type DeferredRequests, deferRequests } from './defer-requests.ts'
import type { RequestLedger } from './request-ledger.ts'

/**
 * Stands before the handlers of a server that drains: enters each request into the ledger, and turns away those that
 * arrive on a connection whose close was announced.
 */
export class RequestGate implements HandlerGate {
  readonly #server: Server
  readonly #ledger: RequestLedger
  #deferred: DeferredRequests | undefined
  #refused = 0
  #metClose = 0

  constructor(server: Server, ledger: RequestLedger) {
    this.#server = server
    this.#ledger = ledger
  }

  /** Puts the gate before the server. */
  begin(): void {
    this.#deferred ??= deferRequests(this.#server, (request, response) => this.#admits(request, response))
  }

  /** Requests that arrived after the close of their connection had been announced in an answer. */
  get refused(): number {
    return this.#refused
  }

  /** Requests that met the close of an idle connection on their way. */
  get metClose(): number {
    return this.#metClose
  }

  hold(): void {
    this.#deferred?.hold()
  }

  release(): void {
    this.#deferred?.release()
  }

  /** Releases, and takes the gate off the server. */
  end(): void {
    this.#deferred?.end()
  }

  #admits(request: IncomingMessage, response: ServerResponse | undefined): boolean {
    const connection = this.#ledger.connectionOf(request.socket)
    if (connection?.isClosing === true) {
      if (connection.wasClosedIdle) this.#metClose++
      else this.#refused++
      if (response === undefined) leaveToItsEnd(request.socket)
      return false
    }
    if (connection !== undefined && response !== undefined) this.#ledger.open(request, response)
    return true
  }
}

/** Node hands over the socket of an upgrade bare: nobody reads it, and its errors would be the process's. */
function leaveToItsEnd(socket: Socket): void {
  socket.on('error', () => {}).resume()
}
