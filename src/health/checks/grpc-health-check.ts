import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import type { HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { readBytes } from './bounded-body.ts'
import { defineCheck, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { encodeHealthRequest, readServingStatus } from './grpc-health-message.ts'
import { type CheckTlsOptions, readTls } from './tls-options.ts'

/** What of a gRPC server is asked. */
export interface GrpcHealthCheckOptions extends ReadyCheckOptions {
  /** The service, such as `orders.v1.Orders`. @default "", which is the server as a whole */
  readonly service?: string
  /** For `https:` and `grpcs:`. @default what Node trusts */
  readonly tls?: CheckTlsOptions
}

/** An answer has some ten bytes. */
const MAX_ANSWER_BYTES = 4096
const NO_ANSWER = 'the answer is no answer of grpc.health.v1.Health'
const OK = '0'
const NOT_FOUND = '5'
const UNIMPLEMENTED = '12'
const PROTOCOLS: Readonly<Record<string, string>> = {
  'http:': 'http:',
  'grpc:': 'http:',
  'https:': 'https:',
  'grpcs:': 'https:',
}

/**
 * A check that a gRPC server says `SERVING`, by the protocol that Kubernetes' own gRPC probes use. No library of gRPC is
 * needed for it; the connection is its own, and is closed again.
 *
 * @param target `host:port` or `grpc://host:port` in plain text, `grpcs://host:port` or `https://host:port` with TLS
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
export function grpcHealthCheck(target: string, options: GrpcHealthCheckOptions = {}): HealthCheckDefinition {
  return defineCheck('grpcHealthCheck()', options, (read) => {
    const url = originOf(target)
    // The text is not shown: a URL can hold a password.
    if (url === undefined) read.problem('the first argument names no host and port')
    const service = read.text('service', { fallback: '' })
    const tls = readTls(read)
    const where = `${url?.host}${service === '' ? '' : `/${service}`}`
    return {
      name: where,
      run: async ({ signal }) => {
        if (signal.aborted) return failed(where, signal.reason)
        const session = process.getBuiltinModule('node:http2').connect(url?.origin ?? '', tls)
        const giveUp = (): void => session.destroy()
        signal.addEventListener('abort', giveUp, { once: true })
        try {
          return judge(where, await call(session, service))
        } catch (error) {
          // A request on a connection that never was is cancelled; what is behind that is its cause.
          return failed(where, error instanceof Error && error.cause instanceof Error ? error.cause : error)
        } finally {
          signal.removeEventListener('abort', giveUp)
          session.destroy()
        }
      },
    }
  })
}

function originOf(target: unknown): { readonly origin: string; readonly host: string } | undefined {
  const text = typeof target === 'string' ? target : ''
  const url = URL.parse(text.includes('://') ? text : `grpc://${text}`)
  const protocol = PROTOCOLS[url?.protocol ?? '']
  if (url === null || protocol === undefined || url.host === '') return undefined
  if (url.port === '' && url.protocol.startsWith('grpc')) return undefined
  return { origin: `${protocol}//${url.host}`, host: url.host }
}

interface Reply {
  readonly headers: IncomingHttpHeaders
  /** Those after the body, or the same where there is no body. */
  readonly trailers: IncomingHttpHeaders
  readonly body: Buffer | undefined
}

function call(session: ClientHttp2Session, service: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // A connection that fails before the request has a stream to fail, and one that is closed without a word.
    session.on('error', reject)
    session.once('close', () => reject(new Error('the connection was closed before the answer')))
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.on('error', reject)
    stream.end(encodeHealthRequest(service))
    void readReply(stream).then(resolve, reject)
  })
}

async function readReply(stream: ClientHttp2Stream): Promise<Reply> {
  let headers: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders | undefined
  stream.once('response', (got) => (headers = got))
  stream.once('trailers', (got) => (trailers = got))
  const body = await readBytes(stream, MAX_ANSWER_BYTES)
  return { headers, trailers: trailers ?? headers, body }
}

function judge(where: string, { headers, trailers, body }: Reply): HealthCheckResult {
  const httpStatus = headers[':status']
  const type = headers['content-type'] ?? ''
  if (httpStatus !== undefined && (Number(httpStatus) !== 200 || !type.startsWith('application/grpc')))
    return unhealthy(
      `${where} is no gRPC server: it answered ${String(httpStatus)} with ${type === '' ? 'no type' : type}`,
    )
  if (body === undefined) return unhealthy(`${where}: ${NO_ANSWER}`)
  const status = trailers['grpc-status']
  if (status === NOT_FOUND) return unhealthy(`${where}: the server knows no such service`)
  if (status === UNIMPLEMENTED) return unhealthy(`${where}: the server has no service grpc.health.v1.Health`)
  if (status !== OK) {
    const message = String(trailers['grpc-message'] ?? '')
    return failed(where, status === undefined ? 'no answer' : `gRPC status ${String(status)} ${decoded(message)}`)
  }
  const serving = readServingStatus(body)
  if (serving === undefined) return unhealthy(`${where}: ${NO_ANSWER}`)
  return serving === 'SERVING' ? HEALTHY : unhealthy(`${where} says ${serving}`)
}

/** `grpc-message` is percent-encoded, and may be wrongly so. */
function decoded(message: string): string {
  try {
    return decodeURIComponent(message)
  } catch {
    return message
  }
}
