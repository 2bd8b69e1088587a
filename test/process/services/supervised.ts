// A service with a listener and a supervised task, which does from SIGUSR2 on what TASK says. It writes what happens to
// standard error.
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'

const { TASK = '', SHUTDOWN_TASK = '', LATE = '' } = process.env

const service = createService({
  name: 'supervised',
  admin: { host: '127.0.0.1' },
  shutdown: { drainDelay: '100ms', inFlight: '3s', stop: '600ms', flush: '3s', margin: '300ms' },
})

service.resource('db', {
  start: () => 1,
  stop() {
    console.error('db stop')
    if (LATE !== 'fails') return
    setImmediate(() => {
      throw new Error('a timer of the database threw')
    })
  },
})
service.listener('api', {
  host: '127.0.0.1',
  start: () => (request, response) => {
    const waitMs = Number(new URL(request.url ?? '', 'http://supervised').searchParams.get('waitMs') ?? 0)
    console.error(`request ${request.url}`)
    void wait(waitMs).then(() => response.end(`answered after ${waitMs}`))
  },
})

const broken = Promise.withResolvers<void>()
process.on('SIGUSR2', () => broken.resolve())

const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  throws: () => {
    throw new Error('the relay threw')
  },
  rejects: () => Promise.reject(new Error('the relay rejected')),
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors
  undefined: () => Promise.reject(undefined),
  returns: () => Promise.resolve(),
  // Nothing of it ever comes, and it does not look at its signal.
  hangs: () => new Promise(() => {}),
}

service.task('relay', {
  restart: 'permanent',
  backoff: { initial: '20ms', max: '50ms' },
  ...(TASK === 'hangs' ? { stallAfter: '200ms', abortTimeout: '200ms' } : {}),
  run: ({ runNumber, signal, progress, log }) => {
    console.error(`relay run ${runNumber}`)
    log.info('relay begins')
    if (SHUTDOWN_TASK === 'fails') {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('the relay failed at its end')))
      })
    }
    const next = ways[TASK]
    if (runNumber > 1 && TASK !== 'hangs') return (next as () => Promise<unknown>)()
    return (async () => {
      const beat = TASK === 'hangs' ? 50 : 1_000
      for (let isBroken = false; !isBroken && !signal.aborted;) {
        progress()
        isBroken = await Promise.race([
          broken.promise.then(() => true),
          wait(beat, false, { signal }).catch(() => false),
        ])
      }
      if (!signal.aborted) await next?.()
    })()
  },
})

await service.run()
