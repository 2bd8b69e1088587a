// Logs more than a pipe holds as soon as it is asked to, and stops when told. The tests decide when anybody reads.
import { createService } from 'seaworthy'

const LINES = 3000
const service = createService({
  name: 'talks-much',
  admin: false,
  telemetry: false,
  shutdown: { drainDelay: 0, inFlight: 500, stop: 500, flush: Number(process.env['FLUSH_MS'] ?? 500), margin: 2000 },
})
service.resource('talker', {
  start: ({ log }) => {
    process.on('SIGUSR2', () => {
      for (let index = 0; index < LINES; index++) log.info({ index, padding: 'x'.repeat(400) }, 'talk')
      // The other output is read: it says that the event loop is not blocked.
      process.stderr.write('talked\n')
    })
  },
  stop: () => void process.stderr.write('talker stopped\n'),
})
service.listener('web', { start: () => (_request, response) => response.end('ok') })
void service.run()
const waiting = setInterval(() => {
  if (service.state !== 'ready') return
  clearInterval(waiting)
  process.stderr.write('ready\n')
}, 5)
