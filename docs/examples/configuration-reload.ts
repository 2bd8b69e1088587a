// Reloading alone, without a service.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { loadConfig } from 'seaworthy'
import { createReloader } from 'seaworthy/reload'
import { z } from 'zod'

await mkdir('config', { recursive: true })
await writeFile('config/orders.yaml', 'http:\n  port: 8081\nlimits:\n  perUser: 10\n')

const serveRequest = (limit: number): string => `at most ${limit}`
let refusals = 0

// #region create
const schema = z.object({
  http: z.object({ port: z.number().int().max(65_535) }),
  limits: z.object({ perUser: z.number().int().positive() }),
})

const reloader = await createReloader({
  load: () => loadConfig({ schema, files: ['config/orders.yaml'], env: process.env, envPrefix: 'ORDERS_' }),
  restart: ['http.port'],
})
await reloader.start()
// #endregion create

// #region read
const answer = reloader.run(() => serveRequest(reloader.current.limits.perUser))
// #endregion read

// #region subscribe
reloader.subscribe({
  name: 'limiter',
  paths: ['limits'],
  prepare: ({ next }) => {
    if (next.limits.perUser > 1_000) throw new Error('more than 1000 a user is more than the database takes')
  },
  commit: ({ next }) => console.log(`now at most ${next.limits.perUser}`),
})
// #endregion subscribe

/** As an editor or a deployment does it: whole, and by a new name first. */
async function replace(content: string): Promise<void> {
  await writeFile('config/new.yaml', content)
  await rename('config/new.yaml', 'config/orders.yaml')
}

await replace('http:\n  port: 8081\nlimits:\n  perUser: 2000\n')
// #region reload
const result = await reloader.reload('admin')
if (result.outcome === 'rejected') refusals++
console.log(result.outcome, result.reason)
// #endregion reload

await replace('http:\n  port: 9000\nlimits:\n  perUser: 20\n')
const mixed = await reloader.reload('admin')

await reloader.close()
const { perUser } = reloader.current.limits
if (answer !== 'at most 10' || refusals !== 1 || perUser !== 20) throw new Error('not as said')
if (reloader.current.http.port !== 8081 || mixed.pendingRestart.join() !== 'http.port') throw new Error('not as said')
