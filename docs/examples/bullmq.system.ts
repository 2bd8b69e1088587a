// A worker of BullMQ. Needs a Redis: REDIS_PORT.
import { type Job, Queue, Worker } from 'bullmq'
import { createService } from 'seaworthy'
import { bullmq } from 'seaworthy/bullmq'

interface Mail {
  readonly to: string
}

const connection = { host: '127.0.0.1', port: Number(process.env['REDIS_PORT']) }
const service = createService({ name: 'mailer', admin: { port: 0 } })
const sent = Promise.withResolvers<string>()

async function send({ to }: Mail, _options: { readonly signal: AbortSignal }): Promise<void> {
  sent.resolve(to)
}

// #region bullmq
service.consumer(
  'mails',
  bullmq({
    worker: (processor) => new Worker('mails', processor, { connection, concurrency: 5 }),
    process: async (job: Job<Mail>, { log, signal }) => {
      await send(job.data, { signal })
      log.info({ job: job.id }, 'mail sent')
    },
  }),
)
// #endregion bullmq

await service.start()
const queue = new Queue<Mail>('mails', { connection })
await queue.add('mail', { to: 'a customer' })
await sent.promise
await queue.close()
if (!(await service.stop()).clean) throw new Error('not clean')
