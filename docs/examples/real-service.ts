// A whole small service. This copy brings its own surroundings and a visitor who ends it; yours has a deployment.
// #region service
import { statfs } from 'node:fs/promises'
import Fastify from 'fastify'
import { createService, toSecret } from 'seaworthy'
import { fromFastify } from 'seaworthy/fastify'
import { HttpProblem } from 'seaworthy/problem'
import { sqlite } from 'seaworthy/sqlite'
import { z } from 'zod'

const service = createService({
  name: 'guestbook',
  version: '1.0.0',
  config: {
    schema: z.object({
      http: z
        .object({
          port: z.int().min(0).max(65_535).default(8080),
          maxBodyBytes: z.int().positive().default(65_536),
        })
        .prefault({}),
      database: z.object({ path: z.string() }),
      apiKey: z.string().min(8).transform(toSecret),
      keepDays: z.number().positive().default(30),
    }),
    files: ['config/guestbook.yaml'],
    envPrefix: 'GUESTBOOK_', // GUESTBOOK_HTTP__PORT, GUESTBOOK_API_KEY or GUESTBOOK_API_KEY_FILE, …
  },
})

const db = service.resource(
  'database',
  sqlite((config) => config.database.path, {
    schema: `CREATE TABLE IF NOT EXISTS guests (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL DEFAULT (unixepoch())
    ) STRICT`,
  }),
)

service.check({
  name: 'disk',
  critical: false, // a disk that fills up is worth a warning, no reason to take no more traffic
  check: async () => {
    const { bavail, blocks } = await statfs('.')
    return bavail / blocks < 0.05 ? { status: 'degraded', message: 'less than 5 % is free' } : undefined
  },
})

const newGuest = z.strictObject({ name: z.string().min(1).max(100) })

const api = service.listener('api', {
  needs: { db },
  port: (config) => config.http.port,
  start({ db, config, log }) {
    const app = Fastify({ loggerInstance: log, bodyLimit: config.http.maxBodyBytes })
    app.get('/guests', () => db.all('SELECT id, name FROM guests ORDER BY id DESC LIMIT 100'))

    app.get<{ Params: { id: string } }>('/guests/:id', ({ params }) => {
      const guest = db.get('SELECT id, name FROM guests WHERE id = ?', params.id)
      if (guest === undefined) throw new HttpProblem(404, 'There is no such guest')
      return guest
    })

    app.post('/guests', (request, reply) => {
      if (request.headers['x-api-key'] !== config.apiKey.reveal()) throw new HttpProblem(401, 'The key is not right')
      const guest = newGuest.safeParse(request.body)
      if (!guest.success) throw new HttpProblem(400, z.prettifyError(guest.error))
      const visit = db.transaction(() => {
        const { lastInsertRowid } = db.run('INSERT INTO guests (name) VALUES (?)', guest.data.name)
        return { id: Number(lastInsertRowid), ...db.get('SELECT count(*) AS guests FROM guests') }
      })
      request.log.info(visit, 'a guest has signed')
      return reply.code(201).send(visit)
    })
    return fromFastify(app)
  },
})

service.task('forget', {
  needs: { db },
  every: '1h',
  async run({ db, config, log }) {
    const { changes } = db.run('DELETE FROM guests WHERE at < unixepoch() - ? * 86400', config.keepDays)
    if (changes > 0) log.info({ changes }, 'old guests are forgotten')
  },
})
// #endregion service

// What a deployment does: a file, variables, and a secret in a file of its own.
const { mkdir, writeFile } = await import('node:fs/promises')
await mkdir('config', { recursive: true })
await writeFile('config/guestbook.yaml', 'http:\n  port: 0\ndatabase:\n  path: guests.db\n')
await writeFile('api-key', 'k-1042-abc\n')
process.env['GUESTBOOK_HTTP__MAX_BODY_BYTES'] = '4096'
process.env['GUESTBOOK_API_KEY_FILE'] = 'api-key'
process.env['SEAWORTHY_DRAIN_DELAY'] = '0' // nobody balances here

service.task('visitor', {
  needs: { api },
  async run({ api, config, log }) {
    const key = config.apiKey.reveal()
    const signed = await fetch(`${api.url}/guests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify({ name: 'Ada' }),
    })
    const read = await fetch(`${api.url}/guests/1`)
    const told = { signed: signed.status, read: await read.json(), refused: (await refusedPost(api.url)).status }
    log.info(told, 'visited')
    console.log(service.explainConfig())
    const wanted = { signed: 201, read: { id: 1, name: 'Ada' }, refused: 401 }
    if (JSON.stringify(told) !== JSON.stringify(wanted)) throw new Error('not as said')
    if (service.explainConfig().includes(key)) throw new Error('a secret was shown')
    process.kill(process.pid, 'SIGTERM') // as the platform does
  },
})

function refusedPost(url: string): Promise<Response> {
  return fetch(`${url}/guests`, { method: 'POST' })
}

// #region run
await service.run()
// #endregion run
