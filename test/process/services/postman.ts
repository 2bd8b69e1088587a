// A consumer with a queue in memory, a listener whose requests leave work behind, and a task. What they do when the
// shutdown comes is chosen by variables; what happens is written to standard error.
import { setTimeout as wait } from 'node:timers/promises'
import { createService, isSeaworthyError } from 'seaworthy'

const { JOB, PAUSE, RECEIPT } = process.env
const never = new Promise<never>(() => {})

const service = createService({
  name: 'postman',
  admin: { host: '127.0.0.1' },
  shutdown: { drainDelay: '100ms', inFlight: '1s', stop: '600ms', flush: '1s', margin: '300ms', crash: '1s' },
})

const db = service.resource('db', { start: () => 1, stop: () => console.error('db stopped') })

service.consumer('mail', {
  needs: { db },
  start({ work }) {
    let isPaused = false
    const deliver = async (): Promise<void> => {
      while (!isPaused) {
        await work
          .run('letter', async ({ signal }) => {
            console.error('letter taken')
            if (JOB === 'hangs') await never
            else if (JOB === 'obeys') await wait(60_000, undefined, { signal })
            else await wait(300)
            console.error('letter delivered')
          })
          .catch((error: Error) => {
            if (isSeaworthyError(error, 'SEA_WORK_REFUSED')) isPaused = true
            else console.error(`letter not delivered: ${error.name}`)
          })
      }
    }
    void deliver()
    return { pause: () => (isPaused = true) }
  },
  pause(mailbox) {
    console.error('mail paused')
    if (PAUSE === 'throws') throw new Error('no channel')
    return PAUSE === 'hangs' ? never : mailbox.pause()
  },
  giveBack: () => console.error('letter given back'),
  stop: () => console.error('mail stopped'),
})

service.listener('web', {
  needs: { db },
  host: '127.0.0.1',
  start: () => (_request, response) => {
    void service.background('send receipt', async () => {
      await (RECEIPT === 'hangs' ? never : wait(400))
      if (RECEIPT === 'fails') throw new Error('no such address')
      console.error('receipt sent')
    })
    response.end('thank you')
  },
})

service.task('census', {
  needs: { db },
  async run({ signal }) {
    await wait(60_000, undefined, { signal }).catch(() => {})
    console.error('census ended')
  },
})

await service.run()
