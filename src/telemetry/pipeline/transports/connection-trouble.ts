import type { ExportOutcome } from '../export-outcome.ts'
import { TunnelError } from './connect-tunnel.ts'
import { ProxyError } from './dial.ts'

interface CodedError extends Error {
  readonly code?: unknown
  readonly reason?: unknown
}

/** What a machine answers that has not this one of the addresses of a name, `::1` of localhost above all. */
const NO_SUCH_ADDRESS = new Set<unknown>(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH'])

const UNTRUSTED = new Set<unknown>([
  // Another authority of the same name.
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/**
 * What an attempt comes to whose connection failed, in whatever way: another attempt is always worth it, because
 * certificates are replaced, names come to be known and proxies get their rules, and what wasn't delivered is kept until
 * then.
 *
 * @param authority `host:port` of the collector
 */
export function connectionTrouble(error: unknown, authority: string): ExportOutcome {
  const reason = describe(error as CodedError, authority)
  return isNobodyThere(error) ? { kind: 'retry', reason, isNobodyThere: true } : { kind: 'retry', reason }
}

/** Whether the connection itself was refused, at every address of the name. A proxy that refuses says nothing of the collector. */
function isNobodyThere(error: unknown): boolean {
  if (error instanceof AggregateError) {
    const codes = error.errors.map((one: CodedError) => one.code)
    return codes.includes('ECONNREFUSED') && codes.every((code) => code === 'ECONNREFUSED' || NO_SUCH_ADDRESS.has(code))
  }
  return (error as CodedError).code === 'ECONNREFUSED'
}

/** In one line, without anything that was sent. */
function describe(error: CodedError, authority: string): string {
  if (error instanceof TunnelError) return error.message
  if (error instanceof ProxyError) {
    const how = describe(error.cause as CodedError, error.proxy.authority)
    return `${error.message}: ${how.replace('OTEL_EXPORTER_OTLP_CERTIFICATE', 'NODE_EXTRA_CA_CERTS')}`
  }
  const code = typeof error.code === 'string' ? error.code : error.name
  const known = describeTls(code, error, authority) ?? describeNetwork(code, authority)
  if (known !== undefined) return known
  // Of several addresses that all failed (localhost as ::1 and 127.0.0.1) the message is empty and the code is not.
  return `${authority}: ${error.message === '' ? code : error.message}`
}

function describeNetwork(code: string, authority: string): string | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return `nobody listens at ${authority} (ECONNREFUSED)`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name of ${authority} cannot be looked up (${code})`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${authority} cannot be reached (${code})`
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return `${authority} closed the connection without an answer (${code})`
    case 'ERR_HTTP2_ERROR':
      return `${authority} does not speak HTTP/2 as gRPC needs it (${code}): is it the port of OTLP over HTTP, or of TLS?`
    default:
      return code.startsWith('HPE_')
        ? `${authority} does not answer in HTTP/1.1 (${code}): is it the port of gRPC, or of TLS?`
        : undefined
  }
}

function describeTls(code: string, error: CodedError, authority: string): string | undefined {
  const certificate = `the certificate of ${authority}`
  if (UNTRUSTED.has(code)) {
    return `${certificate} is not trusted (${code}): set OTEL_EXPORTER_OTLP_CERTIFICATE to the file of its authority`
  }
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `${certificate} has expired (${code})`
    case 'CERT_NOT_YET_VALID':
      return `${certificate} is not valid yet (${code}): is the clock of this machine right?`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${certificate} is for another name (${typeof error.reason === 'string' ? error.reason : code})`
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_HTTP_REQUEST':
      return `${authority} does not speak TLS (${code}): write http:// if it is meant to be plain text`
    case 'ERR_SSL_NO_APPLICATION_PROTOCOL':
    case 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL':
      return `${authority} does not speak the protocol over TLS that was asked for (${code}): is it HTTP or gRPC?`
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
      return (
        `${authority} refuses the TLS handshake (${code}): it may ask for a certificate of the client; ` +
        'set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY'
      )
  }
  if (/ALERT_(?:BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_)/.test(code)) {
    return `${authority} does not take the certificate of OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE (${code})`
  }
  return undefined
}
