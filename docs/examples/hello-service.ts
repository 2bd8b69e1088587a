// A whole service. This copy stops by itself, so that it can run as a test; yours waits for SIGTERM.
import { createService } from 'seaworthy'

const service = createService({
  name: 'hello',
  admin: { port: 0 },
  shutdown: { drainDelay: 0 },
  exit: (code) => (process.exitCode = code),
})

const web = service.listener('web', {
  start: () => (_request, response) => response.end('hello\n'),
})

service.task('visitor', {
  needs: { web },
  async run({ web, log }) {
    const answer = await fetch(web.url)
    log.info({ status: answer.status, body: await answer.text() }, 'the service answered')
    void service.stop()
  },
})

await service.run()
