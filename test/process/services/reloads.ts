// A service whose configuration is reloaded. Its handler reads it at its beginning and at its end, and says what it saw.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { z } from 'zod'

const { CONFIG = '', SIGNALS, RELOAD = 'yes', TRIAL_MS = '0' } = process.env

const schema = z
  .object({ version: z.number().int(), echo: z.number().int(), waitMs: z.number().int().default(5) })
  .refine(({ version, echo }) => version === echo, { message: 'version and echo are not the same', path: ['echo'] })

const service = createService({
  name: 'reloads',
  config: {
    schema,
    files: [CONFIG],
    reload: RELOAD === 'yes' && {
      debounce: 10,
      maxDebounce: 100,
      pollInterval: '1s',
      postCheck: TRIAL_MS === '0' ? false : { window: Number(TRIAL_MS), interval: 20 },
    },
  },
  admin: { host: '127.0.0.1' },
  shutdown: { drainDelay: '100ms' },
  ...(SIGNALS === undefined ? {} : { signals: SIGNALS.split(',') as NodeJS.Signals[] }),
})

/** Descriptors of this process, and what the kernel watches for it. */
function figures(): { readonly descriptors: number; readonly watches: number } {
  let descriptors = 0
  let watches = 0
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${name}`)
      descriptors++
      if (target.includes('inotify'))
        watches += readFileSync(`/proc/self/fdinfo/${name}`, 'utf8').split('inotify wd:').length - 1
    } catch {
      // The one that has read the list.
    }
  }
  return { descriptors, watches }
}

service.listener('web', {
  host: '127.0.0.1',
  start: () =>
    createServer((request, response) => {
      if (request.url === '/figures') {
        response.end(JSON.stringify({ ...figures(), state: service.configState }))
        return
      }
      const answer = async (): Promise<void> => {
        const first = service.config
        await wait(first.waitMs)
        const last = service.config
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ version: last.version, echo: last.echo, isOne: first === last }))
      }
      void answer()
    }),
})

await service.run()
