// A program that adopted only GracefulShutdown. HANDLERS is what its handlers do: "name:what,name:what", in order.
import { setTimeout as wait } from 'node:timers/promises'
import { GracefulShutdown } from 'seaworthy'
import { printLog } from '../print-log.ts'

const { HANDLERS = '', TIMEOUT = '2s', FLUSH_TIMEOUT = '500ms', FOREIGN, FLUSH, WATCHDOG } = process.env
const SLOW_MS = 150

const ways: Readonly<Record<string, () => unknown>> = {
  done: () => {},
  slow: () => wait(SLOW_MS),
  throws: () => {
    throw new Error('connection lost')
  },
  rejects: () => Promise.reject(new Error('disk full')),
  hangs: () => new Promise(() => {}),
  blocks: function blockForEver() {
    for (;;) Math.random()
  },
  'holds on': () => void setInterval(() => {}, 1000),
}

if (FOREIGN === '1') process.on('SIGTERM', () => {})
const shutdown = new GracefulShutdown({
  timeout: TIMEOUT,
  flushTimeout: FLUSH_TIMEOUT,
  log: printLog,
  watchdog: WATCHDOG === '1',
  flush: async () => {
    console.log('flush')
    await ways[FLUSH ?? 'done']?.()
  },
})
for (const [order, handler] of HANDLERS.split(',').entries()) {
  const [name = '', way = ''] = handler.split(':')
  shutdown.register({
    name,
    order,
    async handler() {
      console.log('handler', name)
      await ways[way]?.()
    },
  })
}

const ending = shutdown.waitForShutdown()
console.log('ready')
const report = await ending
console.log('clean', report.clean)
