// Works off the queue QUEUE of a Redis.
import { type Job, Worker } from 'bullmq'
import { createService } from 'seaworthy'
import { bullmq } from 'seaworthy/bullmq'
import { doTask, type Task } from './do-task.ts'

const { PORT = '', QUEUE = '', IN_FLIGHT = '5s', CONCURRENCY = '4' } = process.env

const service = createService({
  name: 'worker',
  admin: { host: '127.0.0.1', port: 0 },
  shutdown: { drainDelay: 0, inFlight: IN_FLIGHT, stop: '4s', flush: '1s', margin: '1s' },
})
service.consumer(
  'jobs',
  bullmq({
    worker: (processor) =>
      new Worker(QUEUE, processor, {
        connection: { host: '127.0.0.1', port: Number(PORT) },
        concurrency: Number(CONCURRENCY),
      }),
    process: ({ data, attemptsStarted }: Job<Task>, { signal }) => doTask(data, attemptsStarted > 1, signal),
  }),
)
await service.run()
