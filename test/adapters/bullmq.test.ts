import { EventEmitter } from 'node:events'
import { Worker } from 'bullmq'
import { createService } from 'seaworthy'
import { bullmq } from 'seaworthy/bullmq'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'

const MAILER = {
  name: 'mailer',
  env: { OTEL_SDK_DISABLED: 'true' },
  admin: false,
  isTerminal: true,
  logging: { level: 'fatal' },
  startTimeout: '500ms',
} as const

// Against a real Redis: test/systems/bullmq.test.ts, and the contract of consumers in test/systems/contract.test.ts.

test('a worker whose Redis is not there refuses the start, and its errors are no end of the process', async () => {
  const connection = { host: '127.0.0.1', port: await freePort() }
  const service = createService(MAILER)
  service.consumer(
    'mails',
    bullmq({ worker: (processor) => new Worker('mails', processor, { connection }), process: async () => {} }),
  )
  await expect(service.start()).rejects.toMatchObject({ message: expect.stringContaining('"mails"') })
})

test('a check of a worker is asked again after the connection it asked is lost, also where nothing is sent again', async () => {
  const redis = Object.assign(new EventEmitter(), {
    status: 'ready',
    pings: 0,
    ping: () => (++redis.pings === 1 ? new Promise(() => {}) : Promise.resolve('PONG')),
  })
  const nothing = () => Promise.resolve()
  const worker = { name: 'mails', on: () => {}, isRunning: () => true, isPaused: () => false, pause: nothing }
  const fake = { ...worker, waitUntilReady: nothing, close: nothing, client: Promise.resolve(redis) }
  const service = createService(MAILER)
  service.consumer('mails', bullmq({ worker: () => fake, process: async () => {} }))
  service.health.setThresholds({ interval: '100ms', timeout: '20ms', fall: 1, rise: 1 })
  await service.start()
  onTestFinished(async () => void (await service.stop()))
  await expect.poll(() => service.health.report().checks['mails']?.message).toContain('PING did not come')
  expect(redis.pings).toBe(1)
  redis.emit('close')
  await expect.poll(() => service.health.report().checks['mails']?.status).toBe('healthy')
})
