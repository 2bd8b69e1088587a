import { createService, type SeaworthyError } from 'seaworthy'
import { amqp, amqpPublisher } from 'seaworthy/amqplib'
import { bullmq } from 'seaworthy/bullmq'
import { ioredis } from 'seaworthy/ioredis'
import { kafka, kafkaStream } from 'seaworthy/kafka'
import { mongodb } from 'seaworthy/mongodb'
import { pgListener, postgres } from 'seaworthy/postgres'
import { redis } from 'seaworthy/redis'
import { cron, every } from 'seaworthy/schedule'
import { mysql } from 'seaworthy/mysql2'
import { sqlite } from 'seaworthy/sqlite'
import { Worker } from 'bullmq'
import { expect, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'
import { quiet } from '../service/open-service.ts'

const nothing = (): undefined => undefined

/** As JavaScript lets anybody call it. */
type Loose = (...args: unknown[]) => object

const adapters: readonly (readonly [name: string, make: Loose, args: readonly unknown[], problem: string])[] = [
  ['bullmq', bullmq as Loose, [{ worker: nothing, proces: nothing }], 'Did you mean "process"?'],
  ['bullmq', bullmq as Loose, [{}], '"worker" is required: a function'],
  ['bullmq', bullmq as Loose, [{ worker: nothing, process: 'x' }], '"process" expected a function, got a string'],
  ['amqp', amqp as Loose, [{ conect: nothing, handle: nothing, queue: 'q' }], 'Did you mean "connect"?'],
  ['amqp', amqp as Loose, [{ connect: nothing, handle: nothing }], '"queue" is required'],
  ['amqp', amqp as Loose, [{ connect: nothing, handle: nothing, queue: 'q', prefetch: 0 }], '"prefetch" is 0'],
  ['amqp', amqp as Loose, [{ connect: nothing, handle: nothing, queue: 'q', onFailure: 'drop' }], 'requeue, reject'],
  [
    'amqp',
    amqp as Loose,
    [{ connect: nothing, handle: nothing, queue: 'q', retryDelay: '6m' }],
    '"retryDelay" is 360000',
  ],
  ['amqpPublisher', amqpPublisher as Loose, [{ connect: nothing, critcal: true }], 'Did you mean "critical"?'],
  ['kafka', kafka as Loose, [{ consumer: nothing, topics: ['a'], eachMesage: nothing }], 'Did you mean "eachMessage"?'],
  ['kafka', kafka as Loose, [{ consumer: nothing, topics: 'a', eachMessage: nothing }], '"topics" expected a list'],
  ['kafka', kafka as Loose, [{ consumer: nothing, topics: [], eachMessage: nothing }], '"topics" is empty'],
  [
    'kafka',
    kafka as Loose,
    [{ consumer: nothing, topics: ['a'], eachMessage: nothing, run: nothing }],
    '"run" must be',
  ],
  ['kafkaStream', kafkaStream as Loose, [{ eachMessage: nothing }], '"open" is required: a function'],
  ['postgres', postgres as Loose, [{ pool: nothing }], 'the first argument, which builds the pool, must be a function'],
  ['postgres', postgres as Loose, [nothing, { critical: 'no' }], '"critical" expected true or false'],
  [
    'pgListener',
    pgListener as Loose,
    [{ client: nothing, channels: ['a'], handler: nothing }],
    'Did you mean "handle"?',
  ],
  [
    'pgListener',
    pgListener as Loose,
    [{ client: nothing, handle: nothing, channels: ['a'], concurrency: 0 }],
    '"concurrency" is 0',
  ],
  ['every', every as Loose, ['5s', {}], 'the second argument, which is run each time, must be a function'],
  ['every', every as Loose, ['5s', nothing, { atstart: true }], 'Did you mean "atStart"?'],
  ['cron', cron as Loose, [{ shedule: nothing, run: nothing }], 'Did you mean "schedule"?'],
  ['postgres', postgres as Loose, [nothing, { breaker: { failures: 0 } }], 'breaker: "failures" is 0'],
  ['mysql', mysql as Loose, [{}], 'the first argument, which builds the pool, must be a function'],
  ['mysql', mysql as Loose, [nothing, { breaker: { openFor: '1ms', often: 1 } }], '"openFor" is 1 ms'],
  ['ioredis', ioredis as Loose, [{}], 'the first argument, which builds the client, must be a function'],
  ['ioredis', ioredis as Loose, [nothing, { silence: '10ms' }], '"silence" is 10 ms'],
  ['ioredis', ioredis as Loose, [nothing, { breaker: { failure: 3 } }], 'Did you mean "failures"?'],
  ['redis', redis as Loose, [nothing, { maxWaiting: 0 }], '"maxWaiting" is 0'],
  ['redis', redis as Loose, [nothing, { silent: '5s' }], 'Did you mean "silence"?'],
  ['mongodb', mongodb as Loose, ['mongodb://db'], 'the first argument, which builds the client, must be a function'],
  ['mongodb', mongodb as Loose, [nothing, { breaker: true }], 'breaker: expected an object of options'],
  ['sqlite', sqlite as Loose, ['orders.db'], 'the first argument, which tells the path, must be a function'],
  ['sqlite', sqlite as Loose, [nothing, { busyTimeoutMs: -1 }], '"busyTimeoutMs" is -1'],
]

test.each(adapters)('options of %s() are checked where they are given, case %#', (name, make, args, problem) => {
  let thrown: unknown
  try {
    make(...args)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code: 'SEA_OPTIONS_INVALID' })
  expect((thrown as SeaworthyError).message).toContain(`${name}():`)
  expect((thrown as SeaworthyError).message).toContain(problem)
})

test.each(adapters.map(([name, make]) => [name, make] as const))(
  '%s() without options says what is missing',
  (_, make) => {
    expect(() => make()).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
  },
)

const clients: readonly (readonly [
  what: string,
  kind: 'consumer' | 'resource',
  definition: object,
  problem: string,
])[] = [
  [
    'no worker',
    'consumer',
    bullmq({ worker: nothing as never }),
    '"worker" of bullmq() must return a Worker of bullmq, got nothing (is a return missing?)',
  ],
  [
    'half a worker',
    'consumer',
    bullmq({ worker: () => ({ on: nothing, close: nothing }) as never }),
    'got an object without waitUntilReady(), pause()',
  ],
  [
    'no connection',
    'consumer',
    amqp({ connect: nothing as never, queue: 'q', handle: nothing }),
    '"connect" of amqp() must return a connection of amqplib',
  ],
  [
    'a publisher without a connection',
    'resource',
    amqpPublisher({ connect: nothing as never }),
    '"connect" of amqpPublisher() must return',
  ],
  [
    'no Kafka consumer',
    'consumer',
    kafka({ consumer: nothing as never, topics: ['a'], eachMessage: nothing }),
    '"consumer" of kafka() must return',
  ],
  [
    'a stream alone',
    'consumer',
    kafkaStream({ open: (async () => ({ stream: { close: nothing } })) as never, eachMessage: nothing }),
    '"open" of kafkaStream() must return { consumer, stream }',
  ],
  [
    'a pool that comes later',
    'resource',
    postgres((async () => ({})) as never),
    'the function given to postgres() must return a Pool of pg, got a promise',
  ],
  [
    'no client',
    'consumer',
    pgListener({ client: nothing as never, channels: ['a'], handle: nothing }),
    '"client" of pgListener() must return a Client of pg',
  ],
  [
    'half a client of ioredis',
    'resource',
    ioredis(() => ({ on: nothing, ping: nothing }) as never),
    'the function given to ioredis() must return a Redis or a Cluster of ioredis, got an object without connect()',
  ],
  [
    'a client of redis that is being connected',
    'resource',
    redis((async () => ({})) as never),
    'the function given to redis() must return a client of redis that is not connected yet, got a promise',
  ],
  [
    'no client of MongoDB',
    'resource',
    mongodb(nothing as never),
    'the function given to mongodb() must return a MongoClient of mongodb, got nothing',
  ],
  [
    'no timer',
    'consumer',
    cron({ schedule: nothing as never, run: nothing }),
    '"schedule" of cron() must return the timer',
  ],
  [
    'no path',
    'resource',
    sqlite(nothing as never),
    'the function given to sqlite() must return the path of a file, got nothing',
  ],
]

test.each(clients)(
  '%s is one clear refusal of the start, which names the component',
  async (_, kind, definition, problem) => {
    const service = createService(quiet())
    if (kind === 'consumer') service.consumer('mails', definition as never)
    else service.resource('mails', definition as never)
    const thrown = await service.start().catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'SEA_START_FAILED', cause: { code: 'SEA_OPTIONS_INVALID' } })
    expect((thrown as SeaworthyError).message).toContain('"mails" did not start')
    expect((thrown as SeaworthyError).message).toContain(problem)
  },
)

test('a BullMQ worker that was built with our processor needs a process: without one, every job would come back for ever', async () => {
  const connection = { host: '127.0.0.1', port: await freePort() }
  const service = createService(quiet())
  service.consumer('mails', bullmq({ worker: (processor) => new Worker('mails', processor, { connection }) }))
  await expect(service.start()).rejects.toMatchObject({
    message: expect.stringContaining('there is no "process" that would do its jobs'),
    cause: { code: 'SEA_OPTIONS_INVALID' },
  })
})
