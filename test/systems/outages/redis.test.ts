import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { ioredis } from 'seaworthy/ioredis'
import { redis } from 'seaworthy/redis'
import { startRedis } from '../servers/redis.ts'
import { testOutages } from './test-outages.ts'

testOutages<Redis>({
  name: 'Redis, by ioredis',
  start: (options) => startRedis(options?.port),
  resource: (port) => ioredis(() => new Redis({ host: '127.0.0.1', port }), { silence: '1s' }),
  call: (client) => client.get('key'),
  connections: 1,
})

testOutages<ReturnType<typeof createClient>>({
  name: 'Redis, by node-redis',
  start: (options) => startRedis(options?.port),
  resource: (port) => redis(() => createClient({ socket: { host: '127.0.0.1', port } }), { silence: '1s' }),
  call: (client) => client.get('key'),
  connections: 1,
})
