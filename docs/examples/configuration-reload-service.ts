// A service whose configuration is reloaded while it runs.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createService } from 'seaworthy'
import { z } from 'zod'

await mkdir('config', { recursive: true })
await writeFile('config/orders.yaml', 'http:\n  port: 0\nlimits:\n  perUser: 10\n')

/** Stands for the pool of a database. */
const pool = { size: 0, resize: (size: number) => void (pool.size = size) }

// #region create
const schema = z.object({
  http: z.object({ port: z.number().int().max(65_535) }),
  limits: z.object({ perUser: z.number().int().positive() }),
  database: z.object({ connections: z.number().int().positive() }).default({ connections: 5 }),
  log: z.object({ level: z.enum(['debug', 'info', 'warn', 'error']) }).default({ level: 'info' }),
})

const service = createService({
  name: 'orders',
  config: { schema, files: ['config/orders.yaml'], reload: true },
  settings: ({ log }) => ({ logLevel: log.level }),
  shutdown: { drainDelay: 0 }, // nobody balances here
})

const web = service.listener('web', {
  port: ({ http }) => http.port, // read at the start: another port waits for a restart
  start: () => (_request, response) => response.end(`at most ${service.config.limits.perUser}`), // read where it is used
})
// #endregion create

// #region subscribe
service.subscribe({
  name: 'pool',
  paths: ['database.connections'],
  prepare: ({ next }) => {
    if (next.database.connections > 50) throw new Error('the database takes 50 connections of us')
  },
  commit: ({ next }) => pool.resize(next.database.connections),
  rollback: ({ previous }) => pool.resize(previous.database.connections),
})
// #endregion subscribe

/** Stands for a connection of a WebSocket. */
const answers: string[] = []
async function handleMessage(text: string): Promise<void> {
  answers.push(`${text}: at most ${service.config.limits.perUser}`)
  await Promise.resolve()
}

await service.start()
const { url } = service.address(web) ?? { url: '' }
const ask = async (): Promise<string> => (await fetch(url)).text()
const before = await ask()

/** As an editor or a deployment does it: whole, and by a new name first. */
async function replace(content: string): Promise<void> {
  await writeFile('config/new.yaml', content)
  await rename('config/new.yaml', 'config/orders.yaml')
}

const inForce = new Promise<void>((resolve) => void service.subscribe({ name: 'example', commit: () => resolve() }))
await replace('http:\n  port: 8081\nlimits:\n  perUser: 20\ndatabase:\n  connections: 8\nlog:\n  level: error\n')
await inForce
const after = await ask()

// #region state
const { generation, pendingRestart, lastRejection } = service.configState ?? {}
// #endregion state

// #region pin
await service.pinConfig(() => handleMessage('hello'))
// #endregion pin

await service.stop()
if (before !== 'at most 10' || after !== 'at most 20' || pool.size !== 8) throw new Error('not as said')
if (generation !== 2 || lastRejection !== undefined || service.log.level !== 'error') throw new Error('not as said')
if (pendingRestart?.map(({ name }) => name).join() !== 'http.port') throw new Error('not as said')
if (answers.join() !== 'hello: at most 20') throw new Error('not as said')
