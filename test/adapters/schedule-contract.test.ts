import { Cron } from 'croner'
import { schedule, type ScheduledTask } from 'node-cron'
import { cron, every } from 'seaworthy/schedule'
import { ManualClock } from 'seaworthy/testing'
import { describe } from 'vitest'
import { testConsumer } from './consuming/consumer-contract.ts'

/** A time that does not come while a test runs. */
const NEVER = '0 0 29 2 *'
const open = { [Symbol.asyncDispose]: async () => {} }

describe('every()', () => {
  testConsumer({
    comesAgain: false,
    open: async () => {
      const clock = new ManualClock()
      let next = ''
      return {
        ...open,
        declare: (service, handle) =>
          service.consumer(
            'work',
            every('1m', ({ signal }) => handle(next, { signal }), { clock }),
          ),
        async send(item) {
          next = item
          await clock.advance(60_000)
        },
      }
    },
  })
})

describe('croner', () => {
  testConsumer({
    comesAgain: false,
    open: async () => {
      let next = ''
      let timer: Cron | undefined
      return {
        ...open,
        declare: (service, handle) =>
          service.consumer(
            'work',
            cron({
              schedule: (tick) => (timer = new Cron(NEVER, tick)),
              run: ({ signal }) => handle(next, { signal }),
            }),
          ),
        async send(item) {
          next = item
          void timer?.trigger()
        },
      }
    },
  })
})

describe('node-cron', () => {
  testConsumer({
    comesAgain: false,
    open: async () => {
      let next = ''
      let timer: ScheduledTask | undefined
      return {
        ...open,
        declare: (service, handle) =>
          service.consumer(
            'work',
            cron({
              schedule: (tick) => (timer = schedule(NEVER, tick)),
              run: ({ signal }) => handle(next, { signal }),
            }),
          ),
        async send(item) {
          next = item
          // A task that was destroyed says so.
          timer?.execute().catch(() => {})
        },
      }
    },
  })
})
