// A service that dies in the way that it is asked to by `GET /die?how=…`, while `GET /wait?ms=…` is in flight. HOW at the
// start dies by itself as soon as it is ready.
import { EventEmitter } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createService } from 'seaworthy'

const { HOW = '', CRASH = '{}', DRAIN = '0s' } = process.env

const service = createService({
  name: 'dies',
  version: '1.2.3',
  admin: { host: '127.0.0.1', stuckAfter: '500ms' },
  crash: JSON.parse(CRASH) as object,
  // Of the usual two seconds a tenth is for the flush, which a busy machine may need for less.
  shutdown: { drainDelay: DRAIN, inFlight: '3s', stop: '1s', flush: '3s', margin: '1s', crash: '8s' },
})

/** Has a name in stacks. */
function fail(what: string): never {
  throw new Error(`${what} failed for postgres://app:pa55word@db/orders`, { cause: new TypeError('the reason') })
}

const kept: unknown[] = []
function fillMemory(): void {
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index, text: `item ${index}` })))
}

function blockForEver(): void {
  for (;;);
}

/** What no log can print. */
function hostile(): unknown {
  const refuse = (): never => {
    throw new Error('do not touch')
  }
  return new Proxy(new Error('hostile'), { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse })
}

const ways: Readonly<Record<string, () => unknown>> = {
  timer: () => setTimeout(() => fail('timer'), 20),
  // Before the answer: what waits for it fails with it.
  event: () => process.nextTick(() => fail('event')),
  promise: () => void Promise.reject(new Error('promise failed')),
  later: () => void wait(20).then(() => fail('later')),
  emitter: () => process.nextTick(() => new EventEmitter().emit('error', new Error('nobody listens'))),
  worker: () => new Worker('throw new Error("worker failed")', { eval: true }),
  'worker-memory': () =>
    new Worker('const kept = []; for (;;) kept.push(new Array(100_000).fill({}).map(() => ({})))', {
      eval: true,
      resourceLimits: { maxOldGenerationSizeMb: 16 },
    }),
  undefined: () =>
    setTimeout(() => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw undefined
    }, 20),
  // A message with a document in it: looking through all of it, again and again, would cost the time of the crash.
  huge: () =>
    setTimeout(() => {
      throw new Error(`bad row: ${'name=value\n'.repeat(1_000_000)}`)
    }, 20),
  hostile: () =>
    setTimeout(() => {
      throw hostile()
    }, 20),
  twice: () => {
    setTimeout(() => fail('first'), 20)
    setInterval(() => fail('again'), 30)
  },
  exits: () => {
    process.once('uncaughtException', () => process.exit(9))
    setTimeout(() => fail('exits'), 20)
  },
  memory: () => setTimeout(fillMemory, 20),
  // oxlint-disable-next-line node/no-process-exit
  abort: () => setTimeout(() => process.abort(), 20),
  stuck: () => setTimeout(blockForEver, 20),
  // These are no ways to die.
  throws: () => fail('handler'),
  rejects: () => wait(5).then(() => fail('handler')),
}

service.listener('web', {
  host: '127.0.0.1',
  start: () => (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://dies')
    console.error(`request ${request.url}`)
    if (pathname === '/die') return ways[searchParams.get('how') ?? '']?.()
    return void wait(Number(searchParams.get('ms') ?? 0)).then(() => response.end('answered'))
  },
})
service.resource('db', {
  start: () => 1,
  stop: () => {
    console.error('db stop')
    if (HOW === 'blocks') blockForEver()
  },
})

const running = service.run()
await service.start()
if (HOW !== 'blocks') ways[HOW]?.()
await running
