// A service with secrets: in its configuration, in a check that fails, and a token for its admin port. With LEAK it gives
// one of them away, to show that this is seen.
import { createService, toSecret } from 'seaworthy'
import { schemaWith } from '../bad-inputs/bad-configurations.ts'

const { CONFIG = '', LEAK = '', OFF_LOOP = 'true' } = process.env

const service = createService({
  name: 'guarded',
  config: {
    schema: schemaWith(toSecret),
    files: [CONFIG],
    reload: { debounce: 10, maxDebounce: 100, pollInterval: '1s', postCheck: false },
  },
  admin: { host: '127.0.0.1', port: 0, offLoop: OFF_LOOP === 'true' },
  shutdown: { drainDelay: 0 },
})

service.check({
  name: 'database',
  critical: false,
  interval: '100ms',
  check: () => {
    const { password, url } = service.config.database
    // As drivers put it: the address that was dialled, with all that is in it.
    const text = LEAK === 'health' ? password.reveal() : 'no answer'
    throw new Error(`connection to ${url} refused: ${text}`)
  },
})

const web = service.listener('web', {
  host: '127.0.0.1',
  start: () => (_request, response) => {
    const password = service.config.database.password.reveal()
    if (LEAK === 'log') service.log.info({ note: password }, 'asked')
    if (LEAK === 'message') service.log.info(`the word is ${Buffer.from(password).toString('base64')}`)
    if (LEAK === 'stderr') console.error(password)
    if (LEAK === 'answer') response.setHeader('x-debug', password)
    response.end('fine')
  },
})

await service.start()
console.log('ports', JSON.stringify({ web: service.address(web)?.port, admin: service.adminAddress?.port }))
process.once('SIGTERM', () => {
  void service.stop().then(({ clean }) => (process.exitCode = clean ? 0 : 1))
})
