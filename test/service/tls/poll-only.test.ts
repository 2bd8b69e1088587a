import { createServer } from 'node:https'
import { expect, test } from 'vitest'
import { reloadCertificates } from '../../../src/service/tls/reload-certificates.ts'
import { HeardLog } from '../../config/reload/heard-log.ts'
import { refuseWatches } from '../../config/reload/refuse-watches.ts'
import { makeCertificate } from '../../server/self-signed-certificate.ts'
import { mountedSecret } from './mounted-secret.ts'

test('where certificates can not be watched a warning says so, and the next one is found by the poll', async () => {
  refuseWatches()
  const pair = (name: string): Record<string, string> => {
    const { cert, key } = makeCertificate({ name }).pem
    return { 'tls.crt': cert, 'tls.key': key }
  }
  await using secret = await mountedSecret(pair('first'))
  const log = new HeardLog()
  const certificates = await reloadCertificates(createServer(), {
    certFile: secret.path('tls.crt'),
    keyFile: secret.path('tls.key'),
    log,
    name: 'web',
    debounce: 20,
    pollInterval: 100,
  })
  await using _ = { [Symbol.asyncDispose]: () => certificates.close() }
  expect(await log.heard('tls.poll_only')).toMatchObject({
    level: 'warn',
    fields: { listener: 'web', codes: ['ENOSPC'], pollMs: 100 },
  })
  await secret.swap(pair('second'))
  expect(await log.heard('tls.certificate_reloaded')).toMatchObject({ fields: { subject: 'second' } })
})
