// Certificates that are followed while they are in use. Checked by the compiler only: no test here has these files.
import { createSecureServer } from 'node:http2'
import { createService, silentLog as log } from 'seaworthy'
import { certificateCheck } from 'seaworthy/checks'
import { reloadCertificates } from 'seaworthy/reload'

const service = createService({ name: 'orders' })

// #region listener
service.listener('web', {
  port: 8443,
  tls: { certFile: '/tls/tls.crt', keyFile: '/tls/tls.key' },
  start: () => (_request, response) => response.end('ok'),
})
// #endregion listener

service.check(certificateCheck({ file: '/tls/tls.crt' }, { critical: false, interval: '10m' }))
await service.start()

const server = createSecureServer({}, (_request, response) => response.end('ok'))

// #region own-server
const certificates = await reloadCertificates(server, {
  certFile: '/tls/tls.crt',
  keyFile: '/tls/tls.key',
  log,
})
// #endregion own-server

server.listen(9443)
console.log(certificates.certificate.notAfter)
