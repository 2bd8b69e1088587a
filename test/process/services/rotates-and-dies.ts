// A service whose secret is rotated while it runs, and which then dies with a message that has both in it.
import { createService } from 'seaworthy'
import { z } from 'zod'

const { CONFIG = '' } = process.env

const service = createService({
  name: 'rotates-and-dies',
  config: {
    schema: z.object({ phrase: z.string() }),
    files: [CONFIG],
    secrets: ['phrase'],
    reload: { debounce: 10, pollInterval: '100ms', postCheck: false },
  },
  admin: false,
  shutdown: { drainDelay: 0 },
})

let first = ''
service.resource('login', { start: () => (first = service.config.phrase) })
service.subscribe({
  name: 'login',
  commit: ({ next }) =>
    void setImmediate(() => {
      throw new Error(`neither ${first} nor ${next.phrase} was taken`)
    }),
})

await service.run()
