import { expect, test } from 'vitest'
import { findPemFault } from '../../../src/telemetry/env/otlp-tls-env.ts'
import { makeCertificate } from '../../server/self-signed-certificate.ts'

const { cert, key } = makeCertificate({ name: 'authority', isAuthority: true }).pem
const other = makeCertificate({ name: 'other', isAuthority: true }).pem.cert

const faultOf = (ca: string): string | undefined => findPemFault({ ca: Buffer.from(ca) })

test.each([
  ['one', cert],
  ['two', `${cert}${other}`],
  ['two with comments around them', `# ours\n${cert}\n# theirs\n${other}\n# end\n`],
  ['one beside its key', `${key}${cert}`],
  ['one before its key', `${cert}${key}`],
  ['one as OpenSSL once wrote them', cert.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
])('authorities that TLS reads are taken: %s', (_what, ca) => {
  expect(faultOf(ca)).toBeUndefined()
})

test.each([
  ['nothing', ''],
  ['text', 'these are not the certificates that you are looking for\n'],
  ['an HTML page', '<!doctype html><title>404</title>'],
  ['a key only', key],
  ['another kind of PEM', cert.replaceAll('CERTIFICATE', 'NONSENSE')],
  ['an end without a beginning', cert.slice(cert.indexOf('\n'))],
])(
  'a file of authorities in which there is none is refused, because OpenSSL would then trust nobody: %s',
  (_what, ca) => {
    expect(faultOf(ca)).toBe('no certificate')
  },
)

test.each([
  ['a beginning only', '-----BEGIN CERTIFICATE-----\n'],
  ['one that is cut short', cert.slice(0, cert.length / 2)],
  ['one with nothing in it', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
  ['one with something else in it', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ['a second one that is cut short', `${cert}${other.slice(0, other.length / 2)}`],
  ['a first one that is cut short', `${cert.slice(0, cert.length / 2)}\n${other}`],
  ['a second one with something else in it', `${cert}${other.replace(/\n[^-]{20}/, '\nAAAAAAAAAAAAAAAAAAAA')}`],
])('of several authorities each has to be read: %s', (_what, ca) => {
  expect(faultOf(ca)).toMatch(/^ERR_/)
})
