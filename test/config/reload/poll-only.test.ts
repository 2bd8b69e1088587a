import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../../src/config/load-config.ts'
import { createReloader } from '../../../src/config/reload/reloader.ts'
import { temporaryFiles } from '../temporary-files.ts'
import { HeardLog } from './heard-log.ts'
import { refuseWatches } from './refuse-watches.ts'

test('where no file can be watched a warning says so once, and a change is found by the poll', async () => {
  refuseWatches()
  await using files = await temporaryFiles({ 'a.yaml': 'limit: 1\n' })
  const log = new HeardLog()
  const reloader = await createReloader({
    load: () => loadConfig({ schema: z.object({ limit: z.number() }), files: [files.path('a.yaml')], env: {} }),
    log,
    debounce: 20,
    pollInterval: 100,
  })
  await using _ = { [Symbol.asyncDispose]: () => reloader.close() }
  await reloader.start()
  expect(await log.heard('config.poll_only')).toMatchObject({
    level: 'warn',
    fields: { codes: ['ENOSPC'], pollMs: 100 },
    message: expect.stringContaining('(ENOSPC); their content is compared every 100 ms instead') as string,
  })
  for (const limit of [2, 3]) {
    await writeFile(files.path('a.yaml'), `limit: ${limit}\n`)
    await log.heard('config.reloaded', limit - 1)
    expect(reloader.current).toEqual({ limit })
  }
  expect(log.events().filter((event) => event === 'config.poll_only')).toHaveLength(1)
})
