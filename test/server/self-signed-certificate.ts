import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** PEM texts. */
export interface CertifiedKey {
  readonly key: string
  readonly cert: string
}

export interface CertificateRequest {
  /** `CN` of the subject. */
  readonly name: string
  /** Names that it is valid for, such as `DNS:localhost` or `IP:127.0.0.1`. @default none */
  readonly altNames?: readonly string[]
  /** May sign others. @default false */
  readonly isAuthority?: boolean
  /** The last moment at which it is valid. @default 2049 */
  readonly until?: Date
}

interface Signer {
  readonly name: string
  readonly key: KeyObject
}

const ALGORITHM = sequence(objectId([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]))
const SINCE = new Date('2020-01-01T00:00:00Z')
const UNTIL = new Date('2049-12-31T23:59:59Z')

/**
 * A certificate for `localhost`, made on the spot, so that no private key lies in the repository and none expires.
 * Only what a TLS handshake needs: RFC 5280's mandatory fields, ECDSA with SHA-256 on P-256.
 */
export function selfSignedCertificate(): CertifiedKey {
  return makeCertificate({ name: 'localhost' }).pem
}

/** A certificate signed by `signer`; without one, by itself. */
export function makeCertificate(
  request: CertificateRequest,
  signer?: Signer,
): { readonly pem: CertifiedKey; readonly signer: Signer } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const own: Signer = { name: request.name, key: privateKey }
  const issuer = signer ?? own
  const extensions = toExtensions(request)
  const tbs = sequence(
    // Version 3, which extensions need.
    ...(extensions.length === 0 ? [] : [der(0xa0, der(0x02, Buffer.from([2])))]),
    der(0x02, serialNumber()),
    ALGORITHM,
    toName(issuer.name),
    sequence(utcTime(SINCE), utcTime(request.until ?? UNTIL)),
    toName(request.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  )
  const signature = sign('sha256', tbs, issuer.key)
  const certificate = sequence(tbs, ALGORITHM, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const base64 = certificate.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    signer: own,
    pem: {
      key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    },
  }
}

function toExtensions({ altNames = [], isAuthority = false }: CertificateRequest): readonly Buffer[] {
  const extensions: Buffer[] = []
  if (isAuthority) extensions.push(extension([0x55, 0x1d, 0x13], sequence(der(0x01, Buffer.from([0xff])))))
  if (altNames.length > 0) extensions.push(extension([0x55, 0x1d, 0x11], sequence(...altNames.map(toAltName))))
  return extensions
}

function extension(id: number[], value: Buffer): Buffer {
  return sequence(objectId(id), der(0x04, value))
}

function toAltName(text: string): Buffer {
  const [kind, value = ''] = text.split(/:(.*)/s)
  if (kind === 'IP') return der(0x87, Buffer.from(value.split('.').map(Number)))
  return der(0x82, Buffer.from(value))
}

function toName(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId([0x55, 0x04, 0x03]), der(0x0c, Buffer.from(name)))))
}

/** Two of one issuer must differ. */
let serial = 0
function serialNumber(): Buffer {
  const bytes = Buffer.alloc(8)
  // Positive, and without a leading zero.
  bytes.writeBigUInt64BE((BigInt(Date.now()) << 16n) | BigInt(serial++ % 65_536))
  bytes[0] = 0x40
  return bytes
}

function utcTime(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`))
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function objectId(bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes))
}
