import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { systemClock } from '../../core/clock.ts'
import type { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { ProbeSource } from '../../health/probe-source.ts'
import { createLimitedServer, PAGES_PREFIX, takesBody } from '../admin-route.ts'
import type { BoundAddress } from '../bound-address.ts'
import { listen } from '../listen.ts'
import { type AccessOptions, createAccess } from '../private-access.ts'
import { type ProbeHandler, probeHandler } from '../probe-handler.ts'
import { parseTarget } from '../request-name.ts'
import { announcesBody, sendAnswer } from '../send-answer.ts'
import type { FinishReport } from '../server-drain.ts'
import type { Forwarder } from './forwarder.ts'

/** How long connections are still taken in, in milliseconds: some turns of the event loop. */
const LATE_CONNECTION_MS = 20

export interface OffLoopListenerOptions extends AccessOptions {
  readonly probes: ProbeSource
  readonly forwarder: Forwarder
  readonly port: number
  readonly host: string | undefined
  readonly onError: (error: SeaworthyError) => void
}

/**
 * The admin port in a thread of its own. It does without the drain of the other servers, which would double what the
 * thread loads: whoever is cut off when it closes, last of all, loses nothing but an answer to a probe.
 */
export class OffLoopListener {
  readonly #options: OffLoopListenerOptions
  readonly #server: Server
  readonly #answerProbe: ProbeHandler
  readonly #mayKnow: (request: IncomingMessage) => boolean
  /** Not more than there are connections. */
  readonly #inFlight = new Set<ServerResponse>()
  #isClosing = false

  constructor(options: OffLoopListenerOptions) {
    this.#options = options
    this.#mayKnow = createAccess(options)
    this.#answerProbe = probeHandler(options.probes, options)
    this.#server = createLimitedServer((request, response) => this.#answer(request, response))
  }

  /** @throws {@link SeaworthyError} whose cause is the error of the system */
  listen(): Promise<BoundAddress> {
    const { port, host, onError } = this.#options
    return listen(this.#server, { name: 'admin', port, host, onError })
  }

  /** Ends the listener and waits for the answers that are under way, at most `limitMs`. */
  async close(limitMs: number): Promise<FinishReport> {
    this.#isClosing = true
    const startedAt = systemClock.now()
    // Who has connected and was not taken in yet would be reset.
    await new Promise<void>((resolve) => void systemClock.schedule(Math.min(LATE_CONNECTION_MS, limitMs), resolve))
    // A connection that stays after its answer would be waited for.
    for (const response of this.#inFlight) response.shouldKeepAlive = false
    let cutCount = 0
    await new Promise<void>((resolve) => {
      const cancel = systemClock.schedule(limitMs, () => {
        cutCount = this.#inFlight.size
        this.#server.closeAllConnections()
      })
      // Idle connections end with it.
      this.#server.close(() => {
        cancel()
        resolve()
      })
    })
    return { clean: cutCount === 0, tookMs: Math.round(systemClock.now() - startedAt), cutCount, cut: [], figures: {} }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#inFlight.add(response)
    response.once('close', () => this.#inFlight.delete(response))
    // The page may be cut off by its reader; the response's own error event has no other listener.
    response.on('error', () => {})
    if (this.#isClosing) response.shouldKeepAlive = false
    if (announcesBody(request)) void this.#answerWithBody(request, response)
    else if (!this.#answerProbe(request, response)) {
      this.#options.forwarder.forward(request, response, this.#mayKnow(request))
    }
  }

  async #answerWithBody(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path } = parseTarget(request.url)
    const mayKnow = this.#mayKnow(request)
    const body = takesBody(request, path, mayKnow) ? await readBodyOf(request) : ''
    if (response.destroyed) return
    if (typeof body === 'number') sendAnswer(request, response, { status: body })
    else if (!path.startsWith(PAGES_PREFIX)) sendAnswer(request, response, { status: 413 })
    else this.#options.forwarder.forward(request, response, mayKnow, body)
  }
}

/** Loaded when somebody sends one. */
async function readBodyOf(request: IncomingMessage): Promise<string | 400 | 413 | 500> {
  try {
    const { readBody } = await import('../admin-body.ts')
    return await readBody(request)
  } catch {
    return 500
  }
}
