import { OptionReader } from '../../core/option-reader.ts'

/** PEM text, or several. */
export type Pem = string | Uint8Array | readonly (string | Uint8Array)[]

/** How the other side of a TLS connection is trusted, and how this one shows who it is. */
export interface CheckTlsOptions {
  /** Certificates of authorities, as PEM text, not as a path. @default those of Node, and `NODE_EXTRA_CA_CERTS` */
  readonly ca?: Pem
  /** This side's certificate as PEM text, for servers that ask for one. @default none */
  readonly cert?: Pem
  /** This side's private key as PEM text. @default none */
  readonly key?: Pem
  /** The name that the certificate must be for. @default the host that is connected to */
  readonly servername?: string
}

/** What `tls.connect()`, `https.request()` and `http2.connect()` take of it. */
export interface ResolvedTls {
  readonly ca?: string | Buffer | (string | Buffer)[]
  readonly cert?: string | Buffer | (string | Buffer)[]
  readonly key?: string | Buffer | (string | Buffer)[]
  readonly servername?: string
}

export function readTls(read: OptionReader): ResolvedTls {
  const source = read.value<unknown>('tls')
  const inner = new OptionReader(source, '"tls"')
  const servername = inner.text('servername', { fallback: '' })
  const tls = {
    ...pem(inner, 'ca'),
    ...pem(inner, 'cert'),
    ...pem(inner, 'key'),
    ...(servername === '' ? {} : { servername }),
  }
  read.include(inner)
  return tls
}

function pem(read: OptionReader, name: 'ca' | 'cert' | 'key'): ResolvedTls {
  const value = read.value<unknown>(name)
  if (value === undefined) return {}
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (all.every((one) => (typeof one === 'string' && one.includes('-----BEGIN ')) || one instanceof Uint8Array))
    return { [name]: value as string }
  // What was given instead isn't shown: it can be the key.
  read.problem(`"${name}" is not PEM text; a path is to be read first`)
  return {}
}
