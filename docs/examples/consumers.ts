// Timers: one of our own, and one of croner.
import { Cron } from 'croner'
import { createService } from 'seaworthy'
import { cron, every } from 'seaworthy/schedule'
import { sqlite } from 'seaworthy/sqlite'

const service = createService({ name: 'outbox', admin: { port: 0 }, shutdown: { drainDelay: 0 } })

// #region every
const db = service.resource(
  'database',
  sqlite(() => ':memory:', {
    schema: 'CREATE TABLE IF NOT EXISTS mails (id INTEGER PRIMARY KEY, sent INTEGER) STRICT',
  }),
)

service.consumer(
  'outbox',
  every(
    '5s',
    async ({ db, log, signal }) => {
      for (const { id } of db.all<{ id: number }>('SELECT id FROM mails WHERE sent IS NULL')) {
        if (signal.aborted) return // what is left is for the next run, here or elsewhere
        db.run('UPDATE mails SET sent = 1 WHERE id = ?', id)
      }
      log.info('the outbox is empty')
    },
    { needs: { db }, atStart: true },
  ),
)
// #endregion every

// #region cron
service.consumer(
  'report',
  cron({
    needs: { db },
    schedule: (tick) => new Cron('0 3 * * *', { timezone: 'Europe/Berlin' }, tick),
    run: ({ db, log }) => log.info(db.get('SELECT count(*) AS mails FROM mails') ?? {}, 'report'),
  }),
)
// #endregion cron

await service.start()
await new Promise((resolve) => setTimeout(resolve, 50)) // stands for the life of the service
const report = await service.stop()
if (!report.clean || report.figures['outbox']?.['done'] !== 1) throw new Error('not clean')
