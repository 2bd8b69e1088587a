import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { EnvReader } from '../../core/env-reader.ts'
import type { OtlpNames } from './otlp-names.ts'

/** PEM texts. */
export interface OtlpPem {
  /** Instead of the certificate authorities that Node knows. */
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** Where a PEM text was read from, to read it again when it changes. */
export interface OtlpTlsFile {
  readonly part: keyof OtlpPem
  readonly path: string
  /** The variable that names it. */
  readonly variable: string
}

/** What the files held at the start, and the files. */
export interface OtlpTls extends OtlpPem {
  readonly files: readonly OtlpTlsFile[]
}

const PARTS = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' } as const

/** Reads the files of certificates and keys, and makes sure that TLS takes them. */
export function readTls(read: EnvReader, names: OtlpNames): OtlpTls {
  const certName = names.set(PARTS.cert)
  const keyName = names.set(PARTS.key)
  if ((certName === undefined) !== (keyName === undefined)) {
    const missing = certName === undefined ? names.general(PARTS.cert) : names.general(PARTS.key)
    read.problem(`${certName ?? keyName} is set without ${missing}: a client needs both`)
  }
  const files: OtlpTlsFile[] = []
  const pem: { -readonly [part in keyof OtlpPem]: Buffer } = {}
  for (const part of ['ca', 'cert', 'key'] as const) {
    const variable = names.set(PARTS[part])
    if (variable === undefined) continue
    const file = { part, path: read.text(variable) ?? '', variable }
    files.push(file)
    try {
      pem[part] = readFileSync(file.path)
    } catch (error) {
      read.problem(`${variable} names ${file.path}, which cannot be read (${codeOf(error)})`)
    }
  }
  // Without files there is nothing to try, and TLS is not loaded for endpoints that don't use it.
  const fault = files.length === 0 ? undefined : findPemFault(pem)
  if (fault !== undefined) {
    read.problem(`TLS does not take what ${files.map((file) => file.variable).join(', ')} hold (${fault})`)
  }
  return { ...pem, files }
}

/**
 * Why TLS would not take these texts, as a code without anything of what they hold; `undefined` when it does. OpenSSL
 * passes over what it can't read among authorities and then trusts nobody, so those are read one by one.
 */
export function findPemFault(pem: OtlpPem): string | undefined {
  try {
    if (pem.ca !== undefined) {
      const text = String(pem.ca)
      const begins = Array.from(text.matchAll(CERTIFICATE_BEGIN), ({ index }) => index)
      if (begins.length === 0) return 'no certificate'
      for (const [order, begin] of begins.entries()) {
        void new X509Certificate(certificateOf(text.slice(begin, begins[order + 1])))
      }
    }
    process.getBuiltinModule('node:tls').createSecureContext(pem)
    return undefined
  } catch (error) {
    return codeOf(error)
  }
}

/** What OpenSSL takes for an authority: `TRUSTED` ones are those that it wrote with its trust settings. */
const CERTIFICATE_BEGIN = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g

/** Without what may stand behind its end, such as a key or a comment. */
function certificateOf(part: string): string {
  const end = /-----END (?:X509 |TRUSTED )?CERTIFICATE-----/.exec(part)
  return end === null ? part : `${part.slice(0, end.index + end[0].length)}\n`
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown'
}
