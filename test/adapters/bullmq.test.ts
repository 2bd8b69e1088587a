import { Worker } from 'bullmq'
import { createService } from 'seaworthy'
import { bullmq } from 'seaworthy/bullmq'
import { expect, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'

// Against a real Redis: test/systems/bullmq.test.ts, and the contract of consumers in test/systems/contract.test.ts.

test('a worker whose Redis is not there refuses the start, and its errors are no end of the process', async () => {
  const connection = { host: '127.0.0.1', port: await freePort() }
  const service = createService({
    name: 'mailer',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: false,
    isTerminal: true,
    logging: { level: 'fatal' },
    startTimeout: '500ms',
  })
  service.consumer(
    'mails',
    bullmq({ worker: (processor) => new Worker('mails', processor, { connection }), process: async () => {} }),
  )
  await expect(service.start()).rejects.toMatchObject({ message: expect.stringContaining('"mails"') })
})
