// Listens to the channel `jobs`, whose payloads are tasks, with a pool beside it.
import pg from 'pg'
import { createService } from 'seaworthy'
import { pgListener, postgres } from 'seaworthy/postgres'
import { doTask, type Task } from './do-task.ts'

const { URL: url = '' } = process.env

const service = createService({
  name: 'listener',
  admin: { host: '127.0.0.1', port: 0 },
  shutdown: { drainDelay: 0, inFlight: '5s', stop: '4s', flush: '1s', margin: '1s' },
})
const db = service.resource(
  'db',
  postgres(() => new pg.Pool({ connectionString: url })),
)
service.consumer(
  'jobs',
  pgListener({
    needs: { db },
    client: () => new pg.Client(url),
    channels: ['jobs'],
    handle: async ({ payload = '' }, { db, signal }) => {
      await doTask(JSON.parse(payload) as Task, false, signal)
      await db.query('SELECT 1')
    },
    catchUp: () => console.log('catches up'),
  }),
)
await service.run()
