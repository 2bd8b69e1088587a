import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as openRequest } from '../../../core/node-http.ts'
import type { Clock } from '../../../core/clock.ts'
import { isSeaworthyError } from '../../../core/seaworthy-error.ts'
import type { Signal } from '../../../otlp/model.ts'
import type { OtlpSettings } from '../../env/otlp-env.ts'
import type { ExportOutcome } from '../export-outcome.ts'
import type { SendOptions, Transport } from '../transport.ts'
import { readAnswerBody } from './answer-body.ts'
import type { Attempt } from './attempt.ts'
import { Attempts } from './attempts.ts'
import { gzipPayload, type Payload, plainPayload } from './compress.ts'
import { connectionTrouble } from './connection-trouble.ts'
import type { RunDetached } from './detached.ts'
import { basicAuthorization, endpointOf, proxyEndpointOf } from './endpoint.ts'
import type { HttpAgent, WithLimit } from './http-agent.ts'
import {
  type AskedFor,
  type DecodeJson,
  deliveredWithoutAnswer,
  type HttpAnswer,
  httpOutcome,
  needsJson,
} from './http-answer.ts'
import { writePieces } from './write-pieces.ts'

export interface HttpTransportOptions {
  readonly signal: Signal
  readonly settings: OtlpSettings
  readonly clock: Clock
  readonly agent: HttpAgent
  readonly userAgent: string
  readonly detached: RunDetached
  /** Writes a body in JSON. @default bodies go out as they are, in protobuf */
  readonly toJson?: ToJson
  /** Called once, when the transport is closed. */
  readonly onClose: () => void
}

type ToJson = (body: readonly Uint8Array[]) => Promise<readonly Uint8Array[]>

/**
 * OTLP over HTTP/1.1, with bodies in protobuf or in JSON.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export class HttpTransport implements Transport {
  readonly #agent: HttpAgent
  readonly #isCompressing: boolean
  readonly #toJson: ToJson | undefined
  readonly #request: Omit<WithLimit, 'limit'>
  readonly #headers: Readonly<Record<string, string>>
  readonly #asked: AskedFor
  readonly #attempts: Attempts

  constructor({ signal, settings, clock, agent, userAgent, detached, toJson, onClose }: HttpTransportOptions) {
    const url = new URL(settings.url)
    const target = endpointOf(url)
    const proxy = proxyEndpointOf(settings.proxy)
    // A proxy that passes on requests in plain text is told the whole address; to the collector goes the path.
    const isPassedOn = proxy !== undefined && !target.isTls
    const authorization = basicAuthorization(url)
    this.#agent = agent
    this.#attempts = new Attempts({ clock, detached, onClose })
    this.#toJson = toJson
    this.#isCompressing = settings.compression === 'gzip'
    const path = `${url.pathname}${url.search}`
    this.#request = {
      agent,
      host: target.host,
      port: target.port,
      method: 'POST',
      path: isPassedOn ? `http://${url.host}${path}` : path,
      setHost: false,
    }
    this.#headers = {
      host: url.host,
      'user-agent': userAgent,
      ...(authorization === undefined ? {} : { authorization }),
      ...settings.headers,
      ...(isPassedOn && proxy.authorization !== undefined ? { 'proxy-authorization': proxy.authorization } : {}),
      'content-type': toJson === undefined ? 'application/x-protobuf' : 'application/json',
    }
    this.#asked = {
      signal,
      authority: target.authority,
      path: url.pathname,
      proxyVariable: proxy?.variable,
    }
  }

  send(body: readonly Uint8Array[], options: SendOptions): Promise<ExportOutcome> {
    return this.#attempts.begin(options, (attempt) => void this.#run(attempt, body))
  }

  close(): void {
    this.#attempts.close()
  }

  async #run(attempt: Attempt, body: readonly Uint8Array[]): Promise<void> {
    try {
      const pieces = this.#toJson === undefined ? body : await this.#toJson(body)
      const payload = this.#isCompressing ? await gzipPayload(pieces) : plainPayload(pieces)
      if (!attempt.isOver) this.#post(attempt, payload, false)
    } catch (error) {
      // What cannot be written will not be another time; without that part, the rest may.
      if (isSeaworthyError(error)) attempt.settle({ kind: 'refused', reason: error.message, perhapsOnePart: true })
      else attempt.settle(connectionTrouble(error, this.#asked.authority))
    }
  }

  #post(attempt: Attempt, payload: Payload, isRepeated: boolean): void {
    const { authority } = this.#asked
    const headers: Record<string, string | number> = { ...this.#headers, 'content-length': payload.byteLength }
    if (payload.isCompressed) headers['content-encoding'] = 'gzip'
    attempt.stage = `waiting for a connection to ${authority}`
    const options: WithLimit = { ...this.#request, headers, limit: attempt }
    const request = openRequest(options)
    const release = attempt.onEnd(() => request.destroy())
    let isAnswered = false
    request.on('socket', () => (attempt.stage = `sending to ${authority}`))
    request.on('finish', () => (attempt.stage = `waiting for the answer of ${authority}`))
    request.on('response', (response) => {
      isAnswered = true
      this.#receive(attempt, request, response, release)
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      release()
      // The response, which has begun, tells how it ended.
      if (isAnswered || attempt.isOver) return
      if (!isRepeated && request.reusedSocket && isStale(error)) {
        // The others have waited as long and are likely to be closed as well.
        this.#agent.dropIdle()
        this.#post(attempt, payload, true)
      } else {
        attempt.settle(connectionTrouble(error, authority))
      }
    })
    writePieces(request, payload.pieces)
  }

  #receive(attempt: Attempt, request: ClientRequest, response: IncomingMessage, release: () => void): void {
    const { authority } = this.#asked
    const { statusCode: status = 0, headers } = response
    attempt.stage = `reading the answer of ${authority}`
    if (status >= 200 && status < 300) attempt.fallback = deliveredWithoutAnswer(authority)
    readAnswerBody(response, (body) => {
      release()
      // Who answers before it has read the request may never read it; and what is too large is not read to its end.
      if (body.kind !== 'whole' || !request.writableFinished) request.destroy()
      void this.#settle(attempt, { status, headers, body })
    })
  }

  async #settle(attempt: Attempt, answer: HttpAnswer): Promise<void> {
    if (!needsJson(answer)) return attempt.settle(httpOutcome(answer, this.#asked))
    let decodeJson: DecodeJson | undefined
    try {
      decodeJson = (await import('../../../otlp/response-json.ts')).decodeResponseJson
    } catch {
      // The package is being replaced on disk: what it has said stays unread.
    }
    attempt.settle(httpOutcome(answer, this.#asked, decodeJson))
  }
}

/** The collector closed the connection while it was idle, and we learn it by writing to it. It has read nothing. */
function isStale(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}
