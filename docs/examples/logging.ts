// The log alone. In a service it is there as `service.log`, and as `log` in every component.
import { createLogging } from 'seaworthy'

// #region create
const logging = createLogging({
  service: 'orders',
  version: '1.4.0',
  redact: ['iban', 'user.email'], // besides passwords, tokens, cookies, keys, credentials in URLs
})
const { log } = logging
// #endregion create

// #region lines
log.info({ orderId: 'o-1042', user: { id: 7, email: 'ada@example.com' } }, 'order placed')
log.error(new Error('no route to postgres://orders:s3cret@db:5432/orders', { cause: { code: 'EHOSTUNREACH' } }))

const payments = log.child({ component: 'payments' })
payments.debug({ token: 'tok_123' }, 'not written yet')
logging.level = 'debug'
payments.debug({ token: 'tok_123' }, 'written now, without the token')
// #endregion lines

// #region levels
logging.setLevels({ level: 'warn', loggers: { db: 'error', 'db.pool': 'info' } }) // until they are set otherwise
logging.setLevel('debug', { logger: 'payments', ttl: '10m' }) // for ten minutes, whatever the others say
logging.log.child({ component: 'db.pool' }).info('written: db.pool says more than db')
logging.clearLevel('payments') // before its time
// #endregion levels

// #region end
await logging.flush(1_000)
logging.writeLastWords({ exitCode: 0 }, 'orders stopped') // synchronous: process.exit() may follow
// #endregion end

if (logging.counts.bufferedLines !== 0) throw new Error('a line was left behind')
