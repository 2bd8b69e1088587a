import type { Animal } from './animal.ts'

/** The example of the documentation, tried with what its own `seaworthy.trial.yaml` says. */
export const ORDERS: Animal = {
  name: 'orders',
  language: 'typescript',
  folder: 'examples/orders',
  file: 'orders/main.ts',
  command: [],
  env: { NODE_OPTIONS: '--conditions=seaworthy-source' },
  needs: [],
  isExact: true,
  reviewedSkips: {
    'STOP-04': 'It does not speak HTTP/2.',
    'STOP-05': 'It has neither WebSockets nor streams of events.',
    'STOP-13': 'It writes a line for each order and none for a look at the shop, so that lines can not be counted.',
    'CRASH-01': 'Nothing in it ends it by an error.',
    'CONF-01': 'What it reloads, the level of the log and the pace of the outbox, is in none of its answers.',
    'CONF-02': 'What it reloads, the level of the log and the pace of the outbox, is in none of its answers.',
  },
}
