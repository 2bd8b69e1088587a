// Tasks under supervision: a relay that goes on for ever, a chain of two, an interval, something that is done once.
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'

/** Stands for the broker: the first connection to it breaks. */
const broker = {
  connections: 0,
  connect(): { next: (options: { signal: AbortSignal }) => Promise<string> } {
    const isBroken = ++this.connections === 1
    return {
      async next({ signal }) {
        await wait(5, undefined, { signal })
        if (isBroken) throw new Error('the connection to the broker is lost')
        return 'a message'
      },
    }
  },
}
const sent: string[] = []
let sweeps = 0

const service = createService({
  name: 'shop',
  admin: { port: 0 },
  logging: { level: 'error' },
  shutdown: { drainDelay: 0 }, // nobody balances here
})

// #region relay
service.task('relay', {
  restart: 'permanent', // its end is a failure, too
  stallAfter: '30s',
  restartsWithin: '5m', // room for three runs that hang before they are noticed
  async run({ signal, progress }) {
    const connection = broker.connect()
    while (!signal.aborted) {
      sent.push(await connection.next({ signal }))
      progress()
    }
  },
})
// #endregion relay

// #region group
const mail = { name: 'mail', strategy: 'rest-for-one', maxRestarts: 5, restartsWithin: '2m' } as const

service.task('reader', { group: mail, run: ({ signal }) => once(signal, 'abort') })
service.task('sender', { group: mail, run: ({ signal }) => once(signal, 'abort') }) // restarted when the reader fails
// #endregion group

// #region kinds
service.task('sweep', {
  every: '5m',
  async run({ log }) {
    sweeps++
    log.info('swept')
  },
})
service.task('warm-up', { restart: 'temporary', run: ({ signal }) => wait(10, undefined, { signal }) })
// #endregion kinds

await service.start()
while (sent.length < 3) await wait(5)
const report = await service.stop()
if (!report.clean || broker.connections !== 2 || sweeps !== 1) throw new Error('not restarted once')
