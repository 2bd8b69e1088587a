import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { describeKind, type OptionReader } from '../../core/option-reader.ts'
import type { HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { readBody } from './bounded-body.ts'
import { formatBytes } from './format-bytes.ts'
import { type CheckTlsOptions, readTls, type ResolvedTls } from './tls-options.ts'

/** What is asked by HTTP, and which answer is a good one. */
export interface HttpCheckOptions extends ReadyCheckOptions {
  /** @default "GET" */
  readonly method?: string
  /** Sent with the request; never shown in a message. @default none but those of HTTP */
  readonly headers?: Readonly<Record<string, string>>
  /** The status codes that mean healthy. @default 200 to 299 */
  readonly status?: number | readonly number[]
  /**
   * Tells whether the body is a good one: it returns `false`, or throws, when it is not. Without it the body is read and
   * thrown away.
   */
  readonly body?: (text: string) => unknown
  /** The longest body that is read: 0 to 16 MiB; a longer one is cut, and a failure where `body` asks. @default 65536 */
  readonly maxBodyBytes?: number
  /** How many redirects are followed, on the same origin only: 0 to 10. @default 0: a redirect is mostly a login page */
  readonly maxRedirects?: number
  /** A Unix socket to connect to instead of the URL's host. @default none */
  readonly socketPath?: string
  /** For `https:`. @default what Node trusts */
  readonly tls?: CheckTlsOptions
}

interface Settings {
  readonly url: URL
  readonly where: string
  readonly request: RequestOptions & ResolvedTls
  readonly isExpected: (status: number) => boolean
  readonly expected: string
  readonly body: ((text: string) => unknown) | undefined
  readonly maxBodyBytes: number
  readonly maxRedirects: number
}

/**
 * A check that an HTTP server gives a good answer, over a connection of its own that is closed again: the pools of the
 * service are neither used nor waited for.
 *
 * @param url `http:` or `https:`; a user and password in it are sent as `authorization`, and never shown
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 *
 * @example
 * service.check(httpCheck('http://payments:8080/readyz', { critical: false }))
 */
export function httpCheck(url: string | URL, options: HttpCheckOptions = {}): HealthCheckDefinition {
  return defineCheck('httpCheck()', options, (read) => {
    const settings = readSettings(read, url)
    return { name: settings.url.host || 'http', run: ({ signal }) => ask(settings, settings.url, signal, 0) }
  })
}

const NOWHERE = new URL('http://localhost')

function readSettings(read: OptionReader, given: unknown): Settings {
  const parsed = given instanceof URL ? given : URL.parse(typeof given === 'string' ? given : '')
  const isHttp = parsed?.protocol === 'http:' || parsed?.protocol === 'https:'
  // The text is not shown: a URL can hold a password.
  if (!isHttp) read.problem('the first argument is not a URL with http: or https:')
  const url = isHttp ? parsed : NOWHERE
  const status = read.value<unknown>('status')
  const codes = status === undefined ? undefined : readCodes(read, status)
  const socketPath = read.text('socketPath', { fallback: '' })
  return {
    url,
    where: `${url.origin}${url.pathname}${socketPath === '' ? '' : ` at ${socketPath}`}`,
    request: {
      method: read.text('method', { fallback: 'GET', pattern: /^[A-Z]+$/, form: 'a method in capitals' }),
      headers: readHeaders(read),
      // An agent of its own, which keeps nothing alive.
      agent: false,
      ...(socketPath === '' ? {} : { socketPath }),
      ...readTls(read),
    },
    isExpected: codes === undefined ? (code) => code >= 200 && code < 300 : (code) => codes.includes(code),
    expected: codes === undefined ? '200 to 299' : codes.join(' or '),
    body: read.callback<(text: string) => unknown>('body'),
    maxBodyBytes: read.integer('maxBodyBytes', { fallback: 65_536, min: 0, max: 16_777_216 }),
    maxRedirects: read.integer('maxRedirects', { fallback: 0, min: 0, max: 10 }),
  }
}

function readCodes(read: OptionReader, status: unknown): readonly number[] {
  const codes: readonly unknown[] = Array.isArray(status) ? status : [status]
  const isCode = (code: unknown): code is number => Number.isInteger(code) && Number(code) >= 200 && Number(code) < 600
  if (codes.length > 0 && codes.every(isCode)) return codes
  read.problem('"status" expected status codes from 200 to 599')
  return []
}

function readHeaders(read: OptionReader): Readonly<Record<string, string>> {
  const headers = read.value<unknown>('headers') ?? {}
  if (typeof headers !== 'object' || Array.isArray(headers)) {
    read.problem(`"headers" expected an object of texts, got ${describeKind(headers)}`)
    return {}
  }
  const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http')
  const entries = Object.entries(headers as Record<string, unknown>)
  for (const [name, value] of entries) {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value as string)
      if (typeof value === 'string') continue
    } catch {}
    // Only the name: the value is often a token.
    read.problem(`"headers" holds ${JSON.stringify(name)}, which can't be sent as a header`)
  }
  return Object.fromEntries(entries) as Record<string, string>
}

async function ask(of: Settings, url: URL, signal: AbortSignal, redirects: number): Promise<HealthCheckResult> {
  let request: ClientRequest | undefined
  try {
    request = send(of, url, signal)
    const response = await answerTo(request)
    const { statusCode = 0 } = response
    if (!of.isExpected(statusCode)) {
      const { location } = response.headers
      if (statusCode < 300 || statusCode > 399 || location === undefined)
        return unhealthy(`${of.where} answered ${statusCode}, expected ${of.expected}`)
      const to = URL.parse(location, url.href)
      if (redirects < of.maxRedirects && to?.origin === url.origin) return await ask(of, to, signal, redirects + 1)
      const why = of.maxRedirects === 0 || redirects < of.maxRedirects ? 'is not followed' : 'is one too many'
      return unhealthy(`${of.where} answered ${statusCode}, a redirect to ${to?.origin ?? 'nowhere'} that ${why}`)
    }
    return await judgeBody(of, response)
  } catch (error) {
    return failed(of.where, error)
  } finally {
    request?.destroy()
  }
}

function send(of: Settings, url: URL, signal: AbortSignal): ClientRequest {
  const { request } =
    url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
  const sent = request(url, { ...of.request, signal })
  sent.end()
  return sent
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    // It stays: the connection can also fail after the answer.
    request.on('error', reject)
  })
}

async function judgeBody(of: Settings, response: IncomingMessage): Promise<HealthCheckResult> {
  const text = await readBody(response, of.maxBodyBytes)
  if (of.body === undefined) return HEALTHY
  if (text === undefined) return unhealthy(`${of.where} answered with more than ${formatBytes(of.maxBodyBytes)}`)
  // What it returns may be a promise, as of any function.
  return (await of.body(text)) === false ? unhealthy(`${of.where} answered with a body that is refused`) : HEALTHY
}
