import { Cluster, Redis } from 'ioredis'
import { ManualClock } from 'seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { IoredisInternals } from '../../../src/adapters/ioredis/ioredis-client.ts'
import { paceDials } from '../../../src/adapters/ioredis/pace-dials.ts'
import { DialPace } from '../../../src/adapters/redis-protocol/dial-pace.ts'

/** Less by no chance at all: 50, 100, 200 … milliseconds. */
function paced(client: Redis | Cluster): Redis | Cluster {
  onTestFinished(() => client.disconnect())
  paceDials(client as unknown as IoredisInternals, new DialPace(new ManualClock(), () => 0))
  return client
}

test('a client without a strategy of its user dials at our pace', () => {
  const { options } = paced(new Redis({ lazyConnect: true })) as Redis
  expect([1, 2, 3].map((times) => options.retryStrategy?.(times))).toEqual([50, 100, 200])
})

test('a strategy of the user is used as it is', () => {
  const own = (): null => null
  const { options } = paced(new Redis({ lazyConnect: true, retryStrategy: own })) as Redis
  expect(options.retryStrategy).toBe(own)
})

test('a cluster is dialled no sooner than at our pace, and not at all where its user says so', () => {
  const clusterRetryStrategy = (times: number): number | null => (times < 3 ? 80 : null)
  const { options } = paced(new Cluster([{ port: 1 }], { lazyConnect: true, clusterRetryStrategy })) as Cluster
  expect([1, 2, 3].map((times) => options.clusterRetryStrategy?.(times))).toEqual([80, 100, null])
})
