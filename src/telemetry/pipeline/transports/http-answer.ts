import type { IncomingHttpHeaders } from 'node:http'
import type { ExportResponse, Signal } from '../../../otlp/model.ts'
import { decodeResponse } from '../../../otlp/response.ts'
import { decodeStatus, type RpcStatus } from '../../../otlp/status.ts'
import type { ExportOutcome } from '../export-outcome.ts'
import type { AnswerBody } from './answer-body.ts'
import { retryAfterMs } from './retry-after.ts'
import { serverText } from './server-text.ts'

/** An answer over HTTP, as far as it came. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: AnswerBody
}

/** What the reason of a failure names. */
export interface AskedFor {
  readonly signal: Signal
  /** `host:port`. */
  readonly authority: string
  readonly path: string
  /** The variable of the proxy that passes the request on, if there is one. */
  readonly proxyVariable: string | undefined
}

/** Reads an answer in JSON. @throws where it is none */
export type DecodeJson = (signal: Signal, text: string) => ExportResponse

/** @see https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * What an attempt comes to by its answer.
 *
 * Every 2xx counts as delivered, even when what follows is no answer of OTLP or breaks off: a server says it when it has
 * taken the data, and sending them again would only double them. That its answer is odd is in the message.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export function httpOutcome(answer: HttpAnswer, asked: AskedFor, decodeJson?: DecodeJson): ExportOutcome {
  const { status, headers } = answer
  if (isSuccess(answer)) return readSuccess(answer, asked, decodeJson)
  const said = readStatus(answer)
  const reason = `HTTP ${status} of ${asked.authority}${explain(answer, asked)}${quote(said?.message)}`
  if (RETRYABLE.has(status)) {
    const waitMs = retryAfterMs(headers['retry-after'], headers.date) ?? positive(said?.retryDelayMs)
    return waitMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, retryAfterMs: waitMs }
  }
  // Only a proxy says this, and then the collector has seen nothing.
  if (status === 407) return { kind: 'retry', reason }
  if (status === 413) return { kind: 'refused', reason, perhapsTooLarge: true }
  if (status === 400) return { kind: 'refused', reason, perhapsOnePart: true }
  return { kind: 'refused', reason }
}

/** The outcome of a 2xx whose body did not come to its end. */
export function deliveredWithoutAnswer(authority: string): ExportOutcome {
  return { kind: 'delivered', message: `${authority} said yes, but its answer did not come to its end` }
}

/** Whether {@link httpOutcome} needs something to read JSON with: few answers do, and it is loaded for them. */
export function needsJson(answer: HttpAnswer): boolean {
  return isSuccess(answer) && isJson(answer.headers) && answer.body.kind === 'whole' && answer.body.bytes.length > 0
}

function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300
}

function readSuccess({ headers, body }: HttpAnswer, asked: AskedFor, decodeJson?: DecodeJson): ExportOutcome {
  if (body.kind !== 'whole') return deliveredWithoutAnswer(asked.authority)
  if (body.bytes.length === 0) return { kind: 'delivered' }
  try {
    if (isJson(headers)) {
      if (decodeJson !== undefined) return outcomeOfResponse(decodeJson(asked.signal, body.bytes.toString()))
    } else if (!isText(headers)) {
      return outcomeOfResponse(decodeResponse(asked.signal, body.bytes))
    }
  } catch {
    // Said below.
  }
  const type = serverText(headers['content-type'] ?? 'no content type')
  const message = `${asked.authority} said yes, but not as OTLP does (${type}): is it a collector?`
  return { kind: 'delivered', message, isDoubtful: true }
}

/** Delivered, less what the collector rejected: such a part must not be sent again. */
export function outcomeOfResponse({ rejectedCount, errorMessage }: ExportResponse): ExportOutcome {
  if (rejectedCount <= 0 && errorMessage === '') return { kind: 'delivered' }
  return { kind: 'delivered', rejectedCount: Math.max(0, rejectedCount), message: serverText(errorMessage) }
}

/** What the server says about an error: a `google.rpc.Status`, or plain text. A page for people says nothing. */
function readStatus({ headers, body }: HttpAnswer): Partial<RpcStatus> | undefined {
  if (body.kind !== 'whole' || body.bytes.length === 0) return undefined
  const type = headers['content-type'] ?? ''
  try {
    if (/^application\/(?:x-)?protobuf\b/i.test(type)) return decodeStatus(body.bytes)
    if (isJson(headers)) {
      const { message } = JSON.parse(body.bytes.toString()) as { readonly message?: unknown }
      return typeof message === 'string' ? { message } : undefined
    }
  } catch {
    return undefined
  }
  return /^text\/plain\b/i.test(type) ? { message: body.bytes.toString('utf8', 0, 1000) } : undefined
}

/** What to do about it, where that can be known. */
function explain({ status, headers }: HttpAnswer, { signal, path, proxyVariable }: AskedFor): string {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}`
  if (status >= 300 && status < 400) {
    return `: it redirects${whereTo(headers.location)}, which is not followed; set OTEL_EXPORTER_OTLP_ENDPOINT to where it leads`
  }
  switch (status) {
    case 401:
      return `: it asks for credentials; set OTEL_EXPORTER_OTLP_HEADERS or ${own}_HEADERS`
    case 403:
      return `: it does not allow this; look at OTEL_EXPORTER_OTLP_HEADERS and ${own}_HEADERS`
    case 404:
    case 405:
      return `: it takes no ${signal} at ${path}; look at OTEL_EXPORTER_OTLP_ENDPOINT and ${own}_ENDPOINT`
    case 407:
      return `: the proxy asks for credentials; put them into ${proxyVariable ?? 'the variable of the proxy'}`
    case 413:
      return ': the request is larger than it takes'
    case 415:
      return ': it does not take the form of OTEL_EXPORTER_OTLP_PROTOCOL, or not the compression of OTEL_EXPORTER_OTLP_COMPRESSION'
    default:
      return ''
  }
}

/** Without the query, which may hold a secret. */
function whereTo(location: string | undefined): string {
  const url = URL.parse(location ?? '', 'relative:/')
  return url === null || url.host === '' ? '' : ` to ${serverText(`${url.protocol}//${url.host}${url.pathname}`)}`
}

function quote(message: string | undefined): string {
  const text = serverText(message ?? '')
  return text === '' ? '' : `, it says "${text}"`
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '')
}

/** A page for people, such as that of a proxy that asks them to log in. */
function isText(headers: IncomingHttpHeaders): boolean {
  return /^text\//i.test(headers['content-type'] ?? '')
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}
