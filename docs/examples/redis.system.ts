// Clients of Redis by both packages. Needs a server: REDIS_PORT.
import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { createService } from 'seaworthy'
import { ioredis } from 'seaworthy/ioredis'
import { redis } from 'seaworthy/redis'
import { z } from 'zod'

const service = createService({
  name: 'orders',
  admin: { port: 0 },
  config: {
    schema: z.object({ redis: z.object({ port: z.number() }) }),
    defaults: { redis: { port: Number(process.env['REDIS_PORT']) } },
  },
})

// #region redis
const cache = service.resource(
  'cache',
  ioredis((config) => new Redis(config.redis.port, '127.0.0.1'), { critical: false }),
)
const sessions = service.resource(
  'sessions',
  redis((config) => createClient({ socket: { port: config.redis.port } }), { silence: '2s' }),
)
// #endregion redis

let answer: string | null = null
service.resource('user', {
  needs: { cache, sessions },
  start: async ({ cache, sessions }) => {
    await sessions.set('session', 'alice')
    answer = await cache.get('session')
  },
})
await service.start()
if (answer !== 'alice') throw new Error('not what was kept')
if (!(await service.stop()).clean) throw new Error('not clean')
