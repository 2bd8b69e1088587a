import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { readCredentials } from '../../../src/service/tls/certificate-files.ts'
import { temporaryFiles } from '../../config/temporary-files.ts'
import { makeCertificate } from '../../server/self-signed-certificate.ts'

const authority = makeCertificate({ name: 'authority', isAuthority: true })
const one = makeCertificate({ name: 'one' }, authority.signer).pem
const other = makeCertificate({ name: 'other' }).pem

test('a pair is read with what its certificate says about itself', async () => {
  const chain = one.cert + authority.pem.cert
  await using files = await temporaryFiles({ 'tls.crt': chain, 'tls.key': one.key, 'ca.crt': authority.pem.cert })
  const read = await readCredentials({
    certFile: files.path('tls.crt'),
    keyFile: files.path('tls.key'),
    caFile: files.path('ca.crt'),
  })
  expect(read.context).toEqual({ cert: chain, key: one.key, ca: authority.pem.cert })
  expect(read.facts).toEqual({
    subject: 'one',
    fingerprint: new X509Certificate(one.cert).fingerprint256,
    notBefore: '2020-01-01T00:00:00.000Z',
    notAfter: '2049-12-31T23:59:59.000Z',
  })
})

test('a pair of openssl with a passphrase is read with its file, and its refusal names what is missing', async () => {
  await using files = await temporaryFiles({ pass: 'open sesame\n', wrong: 'no\n' })
  const [cert, key] = [files.path('tls.crt'), files.path('tls.key')]
  const subject = ['-subj', '/CN=of openssl', '-days', '3', '-passout', `file:${files.path('pass')}`]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  })
  const read = (passphrase?: string) =>
    readCredentials({
      certFile: cert,
      keyFile: key,
      ...(passphrase === undefined ? {} : { passphraseFile: files.path(passphrase) }),
    })
  expect((await read('pass')).facts.subject).toBe('of openssl')
  await expect(read()).rejects.toMatchObject({
    code: 'SEA_TLS_INVALID',
    hint: expect.stringContaining('passphraseFile'),
  })
  await expect(read('wrong')).rejects.toThrow('or its passphrase is another one')
  await expect(read('wrong')).rejects.not.toThrow('no\n')
})

const SECRET = one.key.split('\n')[1] as string

test.each<[string, Record<string, string>, RegExp]>([
  ['no certificate', { 'tls.key': one.key }, /tls\.crt: there is no such file$/],
  ['no key', { 'tls.crt': one.cert }, /tls\.key: there is no such file$/],
  ['an empty certificate', { 'tls.crt': '', 'tls.key': one.key }, /tls\.crt: holds no certificate$/],
  [
    'a certificate cut off',
    { 'tls.crt': one.cert.slice(0, 200), 'tls.key': one.key },
    /tls\.crt: holds no certificate$/,
  ],
  [
    'a certificate that is none',
    { 'tls.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'tls.key': one.key },
    /tls\.crt: holds a certificate that can't be read$/,
  ],
  ['a key cut off', { 'tls.crt': one.cert, 'tls.key': one.key.slice(0, 100) }, /tls\.key: holds no private key/],
  ['the two exchanged', { 'tls.crt': one.key, 'tls.key': one.cert }, /tls\.crt: holds no certificate$/],
  [
    'a half-swapped pair',
    { 'tls.crt': other.cert, 'tls.key': one.key },
    /tls\.key: is not the key of the certificate in .*tls\.crt$/,
  ],
])('%s is refused, and nothing of the key is told', async (_, content, message) => {
  await using files = await temporaryFiles(content)
  const read = readCredentials({ certFile: files.path('tls.crt'), keyFile: files.path('tls.key') })
  const error = await read.then(
    () => undefined,
    (thrown: Error) => thrown,
  )
  expect(error).toMatchObject({ code: 'SEA_TLS_INVALID', message: expect.stringMatching(message) })
  expect(JSON.stringify([error?.message, error?.stack, error?.cause])).not.toContain(SECRET)
})

test('authorities that are none are refused', async () => {
  await using files = await temporaryFiles({ 'tls.crt': one.cert, 'tls.key': one.key, 'ca.crt': 'nothing' })
  const pair = { certFile: files.path('tls.crt'), keyFile: files.path('tls.key') }
  await expect(readCredentials({ ...pair, caFile: files.path('ca.crt') })).rejects.toThrow(
    /ca\.crt: holds no certificate$/,
  )
})
