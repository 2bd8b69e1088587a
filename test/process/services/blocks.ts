// A service that blocks its event loop while it shuts down, in the way that BLOCK says: in the stop of a resource, at
// SIGUSR2, or when the process exits (BLOCK_AT). FIFO is a pipe that nobody writes to.
import { execSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createService } from 'seaworthy'

const {
  BLOCK = '',
  FIFO = '',
  WATCHDOG = 'true',
  BLOCK_AT = 'stop',
  IN_FLIGHT = '200ms',
  LISTENS = 'yes',
} = process.env

function spinForEver(): void {
  for (;;) Math.random()
}

function matchForEver(): void {
  ;/^(a+)+$/.test(`${'a'.repeat(60)}b`)
}

function waitForEver(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

function promiseForEver(): Promise<void> {
  const again = (): void => void Promise.resolve().then(again)
  again()
  // A timer, which never comes to its turn.
  return new Promise((resolve) => void setTimeout(resolve, 1))
}

function parseForLong(): void {
  // One call of native code that lasts longer than any deadline here.
  const text = `[${'[1,2,3],'.repeat(12_000_000)}0]`
  for (;;) JSON.parse(text)
}

const ways: Readonly<Record<string, () => unknown>> = {
  loop: spinForEver,
  regex: matchForEver,
  atomics: waitForEver,
  microtasks: promiseForEver,
  json: parseForLong,
  child: () => execSync('sleep 5'),
  fifo: () => readFileSync(FIFO),
}

const service = createService({
  name: 'blocks',
  telemetry: false,
  admin: false,
  shutdown: {
    drainDelay: 0,
    inFlight: IN_FLIGHT,
    stop: '200ms',
    flush: '100ms',
    margin: '300ms',
    watchdog: WATCHDOG === 'true',
  },
})

function block(): unknown {
  process.stderr.write(`blocking by ${BLOCK}\n`)
  return ways[BLOCK]?.()
}

service.resource('cache', { start: () => {}, stop: () => (BLOCK_AT === 'stop' ? block() : undefined) })
const api =
  LISTENS === 'yes'
    ? service.listener('api', {
        host: '127.0.0.1',
        start: () => (request, response) => {
          if (request.url === '/hang') process.stderr.write('request /hang\n')
          else response.end('ok')
        },
      })
    : undefined
if (BLOCK_AT === 'exit') process.on('exit', () => void block())
if (BLOCK_AT === 'SIGUSR2') process.on('SIGUSR2', () => void block())

void service.run()
await service.start()
process.stderr.write(`ready ${api && service.address(api)?.url}\n`)
