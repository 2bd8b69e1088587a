import type { Verdict } from './error-class.ts'

const TIMEOUT: Verdict = ['timeout', true]
const NETWORK: Verdict = ['network', true]
const UNAVAILABLE: Verdict = ['unavailable', true]
const TLS: Verdict = ['tls', false]
const VALIDATION: Verdict = ['validation', false]
const PERMISSION: Verdict = ['permission', false]

/**
 * Codes of Node, of its `fetch` (undici) and of clients that name theirs in the same way.
 *
 * @see https://nodejs.org/api/errors.html#common-system-errors
 * @see https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md
 */
const CODES: Readonly<Record<string, Verdict>> = {
  ECONNREFUSED: ['refused', true],
  ECONNRESET: NETWORK,
  ECONNABORTED: NETWORK,
  EPIPE: NETWORK,
  ENETUNREACH: NETWORK,
  ENETDOWN: NETWORK,
  ENETRESET: NETWORK,
  EHOSTUNREACH: NETWORK,
  EHOSTDOWN: NETWORK,
  ENOTCONN: NETWORK,
  ERR_STREAM_PREMATURE_CLOSE: NETWORK,
  ERR_HTTP2_SESSION_ERROR: NETWORK,
  ERR_HTTP2_GOAWAY_SESSION: NETWORK,
  ERR_HTTP2_STREAM_ERROR: NETWORK,
  ERR_HTTP2_INVALID_SESSION: NETWORK,
  UND_ERR_SOCKET: NETWORK,
  UND_ERR_CLOSED: UNAVAILABLE,
  UND_ERR_DESTROYED: UNAVAILABLE,
  ETIMEDOUT: TIMEOUT,
  ESOCKETTIMEDOUT: TIMEOUT,
  UND_ERR_CONNECT_TIMEOUT: TIMEOUT,
  UND_ERR_HEADERS_TIMEOUT: TIMEOUT,
  UND_ERR_BODY_TIMEOUT: TIMEOUT,
  ERR_SOCKET_CONNECTION_TIMEOUT: TIMEOUT,
  EAI_AGAIN: ['dns', true],
  ENOTFOUND: ['dns', false],
  EAI_NODATA: ['dns', false],
  EAI_NONAME: ['dns', false],
  ENODATA: ['dns', false],
  ESERVFAIL: ['dns', true],
  EREFUSED: ['dns', true],
  EBADRESP: ['dns', true],
  EBADNAME: ['dns', false],
  EFORMERR: ['dns', false],
  ENOTIMP: ['dns', false],
  ETIMEOUT: ['dns', true],
  EMFILE: UNAVAILABLE,
  ENFILE: UNAVAILABLE,
  ENOBUFS: UNAVAILABLE,
  EADDRNOTAVAIL: UNAVAILABLE,
  EBUSY: UNAVAILABLE,
  EAGAIN: UNAVAILABLE,
  ENOSPC: ['unavailable', false],
  EROFS: ['unavailable', false],
  EPROTO: TLS,
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  ENOENT: ['not_found', false],
  EEXIST: ['conflict', false],
  ERR_INVALID_ARG_TYPE: VALIDATION,
  ERR_INVALID_ARG_VALUE: VALIDATION,
  ERR_INVALID_URL: VALIDATION,
  UND_ERR_INVALID_ARG: VALIDATION,
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: VALIDATION,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: NETWORK,
  ABORT_ERR: ['cancelled', false],
  UND_ERR_ABORTED: ['cancelled', false],
  ERR_CANCELED: ['cancelled', false],
}

/**
 * What OpenSSL says of a certificate or of a list of revoked ones, as Node hands it on.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'HOSTNAME_MISMATCH',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'CRL_SIGNATURE_FAILURE',
  'CRL_NOT_YET_VALID',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
])

/** What a code in words says; whole families by how they begin. */
export function verdictOfSystemCode(error: object, code: string): Verdict | undefined {
  // Nobody listens on a Unix socket whose file is missing.
  if (code === 'ENOENT' && (error as { readonly syscall?: unknown }).syscall === 'connect') return CODES['ECONNREFUSED']
  if (Object.hasOwn(CODES, code)) return CODES[code]
  if (CERTIFICATE_CODES.has(code) || code.startsWith('ERR_TLS_') || code.startsWith('ERR_SSL_')) return TLS
  // What llhttp cannot read is the answer of something that does not speak the protocol, or was cut off.
  if (code.startsWith('HPE_')) return ['external', false]
  return undefined
}
