// A service with code that calls process.exit where it should not: EXIT_AT says where; HANG says what hangs.
import { createService } from 'seaworthy'
import { z } from 'zod'

const { EXIT_AT = '', HANG = '' } = process.env

function leaveEarly(): void {
  process.exit(0)
}

// As a program that had its own handler before, and kept it.
if (EXIT_AT === 'handler') process.on('SIGTERM', () => void setTimeout(leaveEarly, 50))
// The usual one, declared first, that ends the process at once.
if (EXIT_AT === 'first handler') process.on('SIGTERM', leaveEarly)
if (EXIT_AT === 'running') process.on('SIGUSR2', leaveEarly)

const neverChecked = z.object({}).refine(() => {
  process.stderr.write('configuration\n')
  return new Promise<boolean>(() => {})
})

const service = createService({
  name: 'exits',
  telemetry: false,
  admin: false,
  startTimeout: '1h',
  ...(HANG === 'configuration' ? { config: { schema: neverChecked } } : {}),
  shutdown: {
    drainDelay: 0,
    inFlight: HANG === 'stop' ? '200ms' : '5s',
    stop: '500ms',
    flush: '100ms',
    margin: '300ms',
    watchdog: HANG !== 'stop',
  },
})
// Stops after the cache; with HANG, it is what the shutdown waits for when its deadline is over.
const db = service.resource('db', {
  start: () => {},
  stop: () => (HANG === 'stop' ? new Promise(() => {}) : undefined),
})
service.resource('cache', {
  needs: { db },
  start() {
    process.stderr.write('cache start\n')
    // Neither comes up nor listens to anybody: every phase that waits for it has to be over by itself.
    return HANG === 'start' ? new Promise(() => {}) : undefined
  },
  stop() {
    process.stderr.write('cache stop\n')
    if (EXIT_AT === 'stop') leaveEarly()
    if (HANG === 'stop') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000)
  },
})
const api = service.listener('api', {
  host: '127.0.0.1',
  start: () => (request) => void process.stderr.write(`request ${request.url}\n`),
})
void service.run()
await service.start()
process.stderr.write(`ready ${service.address(api)?.url}\n`)
