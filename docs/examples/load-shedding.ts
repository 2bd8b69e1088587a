// A service that refuses what it can't serve in time. This copy has room for two requests at a time, is asked for five,
// prints what they got, and ends.
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'

const work = (): Promise<void> => wait(200)

// #region shed
const service = createService({ name: 'shop', shedding: true })

const web = service.listener('web', {
  shedding: { maxInFlight: 200, exempt: ['/payments/*'], retryAfter: { min: '2s', max: '10s' } },
  start: () => async (_request, response) => {
    await work()
    response.end('served')
  },
})
// #endregion shed

// #region set
service.shedding.set({ maxEventLoopDelay: '100ms', listeners: { web: { maxInFlight: 2 } } })
// #endregion set

await service.start()
const { url = '' } = service.address(web) ?? {}
const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(url)))
for (const { status, headers } of answers) console.log(status, headers.get('retry-after') ?? '')
const { exitCode } = await service.stop()
const served = answers.filter(({ ok }) => ok).length
if (served !== 2) throw new Error(`expected two of five to be served, and ${served} were`)
process.exitCode = exitCode
