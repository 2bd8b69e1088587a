import { createSecureServer, createServer } from 'node:http2'
import { createService } from 'seaworthy'
import { selfSignedCertificate } from '../../../test/server/self-signed-certificate.ts'
import { handler, HOST, PORT } from './work.ts'

const service = createService({ name: 'bench' })
service.listener('web', {
  port: PORT,
  host: HOST,
  start: () =>
    process.env['BENCH_TLS'] === '1'
      ? createSecureServer({ ...selfSignedCertificate(), allowHTTP1: true }, handler as never)
      : createServer(handler as never),
})
await service.run()
