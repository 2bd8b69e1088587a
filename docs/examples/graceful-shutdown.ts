// Graceful shutdown alone, in the order of the handlers. This copy shuts down by itself; yours waits for a signal.
import { createServer } from 'node:http'
import { GracefulShutdown } from 'seaworthy'

const server = createServer((_request, response) => response.end('ok')).listen(0)
const pool = { end: async () => {} }

// #region register
const shutdown = new GracefulShutdown({ timeout: '20s' })
  .register({ name: 'http', order: 1, handler: () => new Promise((resolve) => server.close(resolve)) })
  .register({ name: 'database', order: 2, handler: () => pool.end() })
// #endregion register

const report = await shutdown.shutdown() // await shutdown.waitForShutdown() in a program
if (!report.clean) throw new Error('not clean')
