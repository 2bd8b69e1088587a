// Redis by ioredis: commands, a pipeline, a transaction, a script, an error.
import { trace } from '@opentelemetry/api'
import { Redis } from 'ioredis'

const redis = new Redis(process.env['DIFFERENTIAL_URL'])
await trace.getTracer('program').startActiveSpan('orders', async (span) => {
  await redis.set('order:1', 'secret', 'EX', 60)
  await redis.get('order:1')
  await redis.hset('hash', { a: 1, b: 'secret' })
  await redis.pipeline().incr('counter').incr('counter').exec()
  await redis.multi().set('a', '1').get('a').exec()
  await redis.lpush('order:1', 'x').catch(() => {})
  await redis.eval('return ARGV[1]', 0, 'secret')
  span.end()
})
await redis.get('without a span above')
await redis.quit()
