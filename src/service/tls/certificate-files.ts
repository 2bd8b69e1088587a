import type { KeyObject, X509Certificate } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import { resolve } from 'node:path'
import { readBoundedBytes } from '../../config/bounded-file.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'

/** The files that a server's identity is read from, as PEM, at most 1 MiB each. Relative paths begin at the working directory. */
export interface CertificateFiles {
  /** The certificate, then those that lead from it to an authority, in this order. */
  readonly certFile: string
  /** The private key of the first certificate in {@link CertificateFiles.certFile}. */
  readonly keyFile: string
  /** The authorities that certificates of clients are checked against. @default those of Node, where clients are asked */
  readonly caFile?: string
  /** The passphrase of the key, without the line break at its end. @default the key has none */
  readonly passphraseFile?: string
}

/** What a certificate says about itself. */
export interface CertificateFacts {
  readonly subject: string
  /** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string
  /** ISO time. */
  readonly notBefore: string
  /** ISO time. */
  readonly notAfter: string
}

/** A certificate and its key, which belong together. */
export interface Credentials {
  readonly context: Pick<SecureContextOptions, 'cert' | 'key' | 'ca' | 'passphrase'>
  readonly facts: CertificateFacts
}

/** One certificate as PEM. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Every file that is read, absolute. */
export function filesOf({ certFile, keyFile, caFile, passphraseFile }: CertificateFiles): readonly string[] {
  return [certFile, keyFile, caFile, passphraseFile].flatMap((file) => (file === undefined ? [] : resolve(file)))
}

/**
 * Reads and checks the files together: a key of another certificate, as there is in the middle of a swap, is refused.
 *
 * @throws {@link SeaworthyError} `SEA_TLS_INVALID` naming the file and what is wrong; nothing of what is in it
 */
export async function readCredentials(files: CertificateFiles): Promise<Credentials> {
  const { certFile, keyFile, caFile, passphraseFile } = files
  const cert = await read(certFile)
  const key = await read(keyFile)
  const ca = caFile === undefined ? undefined : await read(caFile)
  const passphrase = passphraseFile === undefined ? undefined : (await read(passphraseFile)).replace(/(?:\r?\n)+$/, '')
  const leaf = certificatesIn(certFile, cert)
  if (caFile !== undefined) certificatesIn(caFile, ca ?? '')
  if (!leaf.checkPrivateKey(keyIn(keyFile, key, passphrase))) {
    throw invalid(
      `${keyFile}: is not the key of the certificate in ${certFile}`,
      'Write both files of one pair; when they are being exchanged, this ends with the second.',
    )
  }
  return {
    context: { cert, key, ...(ca === undefined ? {} : { ca }), ...(passphrase === undefined ? {} : { passphrase }) },
    facts: Object.freeze({
      subject: nameOf(leaf),
      fingerprint: leaf.fingerprint256,
      notBefore: new Date(leaf.validFrom).toISOString(),
      notAfter: new Date(leaf.validTo).toISOString(),
    }),
  }
}

async function read(file: string): Promise<string> {
  const { bytes, problem } = await readBoundedBytes(resolve(file))
  if (bytes === undefined) throw invalid(`${file}: ${problem}`, 'Mount the file, and let this user read it.')
  return Buffer.from(bytes).toString('latin1')
}

/** @returns the first */
function certificatesIn(file: string, text: string): X509Certificate {
  const { X509Certificate: Certificate } = process.getBuiltinModule('node:crypto')
  let first: X509Certificate | undefined
  for (const pem of text.match(CERTIFICATE) ?? []) {
    try {
      const certificate = new Certificate(pem)
      first ??= certificate
    } catch {
      throw invalid(`${file}: holds a certificate that can't be read`, 'Write it as PEM.')
    }
  }
  if (first === undefined)
    throw invalid(`${file}: holds no certificate`, 'Write it as PEM, between BEGIN and END CERTIFICATE.')
  return first
}

function keyIn(file: string, key: string, passphrase: string | undefined): KeyObject {
  try {
    const { createPrivateKey } = process.getBuiltinModule('node:crypto')
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    if (passphrase === undefined && key.includes('ENCRYPTED'))
      throw invalid(`${file}: its key has a passphrase`, 'Name the file that holds it in passphraseFile.')
    const why = passphrase === undefined ? '' : ', or its passphrase is another one'
    throw invalid(`${file}: holds no private key that can be read${why}`, 'Write it as PEM, PKCS #8 for instance.')
  }
}

/** Its common name, or the names that it is valid for. */
function nameOf({ subject, subjectAltName }: X509Certificate): string {
  return (/^CN=(.*)$/m.exec(subject ?? '')?.[1] ?? subjectAltName ?? 'without a name').slice(0, 200)
}

function invalid(message: string, hint: string): SeaworthyError {
  return new SeaworthyError('SEA_TLS_INVALID', message, { hint })
}
