import * as Sentry from '@sentry/node'

Sentry.init({ dsn: process.env.BENCH_DSN, tracesSampleRate: Number(process.env.BENCH_RATIO) })
globalThis[Symbol.for('bench.flush')] = () => Sentry.flush(5000)
