import type { SecureContextOptions } from 'node:tls'
import type { Duration } from '../../core/duration.ts'
import type { OptionReader } from '../../core/option-reader.ts'
import type { CertificateFiles } from './certificate-files.ts'

/** The rest of a server's TLS, such as `minVersion` or `ciphers`: Node forgets it with each new certificate. */
export type TlsContextOptions = Omit<SecureContextOptions, 'cert' | 'key' | 'ca' | 'pfx' | 'passphrase'>

/** How the files of a certificate are followed. */
export interface FollowedCertificate extends CertificateFiles {
  /**
   * What else the context of TLS is made with, each time.
   *
   * @default what Node sets
   * @see https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions
   */
  readonly context?: TlsContextOptions
  /** How often the content of the files is compared, for file systems that tell nothing: 100 ms to 1 h. @default "10s" */
  readonly pollInterval?: Duration
  /** A content counts once it was the same this long: 10 ms to 10 s. @default "100ms" */
  readonly debounce?: Duration
}

export const CLIENT_CERTIFICATE = ['required', 'requested', 'none'] as const

/** TLS of a listener: the certificate is read from files, and followed while the service runs. */
export interface ListenerTlsOptions extends FollowedCertificate {
  /**
   * Whether clients have to show a certificate that an authority of `caFile` has signed: `required` refuses the others,
   * `requested` leaves that to the handler (`request.socket.authorized`), `none` does not ask. Only for a request handler:
   * a server that `start` returns has its own answer.
   *
   * @default "required" with `caFile`, else "none"
   */
  readonly clientCertificate?: (typeof CLIENT_CERTIFICATE)[number]
}

export interface ResolvedTlsOptions {
  readonly files: CertificateFiles
  readonly context: TlsContextOptions
  readonly pollMs: number
  readonly tickMs: number
}

const OURS = ['cert', 'key', 'ca', 'pfx', 'passphrase'] as const

/** Reads the options of TLS out of an object that may have others; that reader says what is wrong. */
export function readTlsOptions(read: OptionReader): ResolvedTlsOptions {
  const optional = (name: 'caFile' | 'passphraseFile'): Partial<CertificateFiles> => {
    const file = read.text(name, { fallback: '' })
    return file === '' ? {} : { [name]: file }
  }
  const context = read.value<TlsContextOptions>('context') ?? {}
  if (typeof context !== 'object') read.problem('"context" must be an object of options of TLS')
  else {
    for (const name of OURS.filter((each) => each in context))
      read.problem(`"context.${name}" comes from the files; name them in certFile, keyFile, caFile and passphraseFile`)
  }
  const files = {
    certFile: read.text('certFile'),
    keyFile: read.text('keyFile'),
    ...optional('caFile'),
    ...optional('passphraseFile'),
  }
  return {
    files,
    context,
    pollMs: read.duration('pollInterval', { fallback: 10_000, min: 100, max: 3_600_000 }),
    tickMs: read.duration('debounce', { fallback: 100, min: 10, max: 10_000 }),
  }
}
