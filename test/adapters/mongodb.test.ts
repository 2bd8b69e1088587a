import { mongodb } from 'seaworthy/mongodb'
import { describe, expect, test } from 'vitest'
import { durations, everythingIn, inRequest } from '../telemetry/instrumentation/database/channel-fixture.ts'
import { deliverSpans, startTelemetry } from '../telemetry/telemetry-fixture.ts'
import { MemoryMongo } from './mongodb/memory-mongo.ts'
import { startResource } from './redis-protocol/running-resource.ts'

/** A resource whose server has gone away. */
async function startAndLose(options: Parameters<typeof mongodb>[1] = {}) {
  const resource = await startResource(mongodb(() => new MemoryMongo(), options))
  const client = resource.value
  client.isUp = false
  client.heartbeat()
  return { ...resource, client, find: () => client.db('shop').command({ find: 'orders' }) }
}

describe('a client of MongoDB', () => {
  test('is connected and proven at the start, checked, and closed at the stop', async () => {
    const resource = await startResource(mongodb(() => new MemoryMongo()))
    expect(await resource.check()).toBeUndefined()
    await resource.stop()
    expect(resource.value.isClosed).toBe(true)
    expect(resource.lines).toEqual([])
  })

  test('refuses the start where no server is there, says why, and is closed', async () => {
    const client = new MemoryMongo()
    client.isUp = false
    await expect(startResource(mongodb(() => client))).rejects.toMatchObject({
      code: 'SEA_DATABASE_UNUSABLE',
      message: expect.stringContaining("MongoDB can't be used: "),
    })
    expect(client.isClosed).toBe(true)
  })

  test('refuses operations at once while no server can be reached, and recovers when one is there', async () => {
    const { client, find, check, said } = await startAndLose({ breaker: { failures: 3, openFor: '10m' } })
    expect(await check()).toEqual({
      status: 'unhealthy',
      message: 'no server can be reached, the last error was MongoNetworkError',
    })
    client.heartbeat()
    client.heartbeat()
    await expect.poll(() => said('breaker.open')).toHaveLength(1)
    const before = client.selections
    await expect(find()).rejects.toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN', statusCode: 503 })
    expect(client.selections).toBe(before)
    expect(await check()).toMatchObject({
      status: 'unhealthy',
      message: expect.stringContaining('the circuit is open'),
    })
    expect(said('database.connection.lost')).toHaveLength(1)
  })

  test('goes on by itself once a server answers again', async () => {
    const { client, find, said } = await startAndLose({ breaker: { failures: 1, openFor: '100ms' } })
    await expect.poll(() => said('breaker.open')).toHaveLength(1)
    await expect(find()).rejects.toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
    client.isUp = true
    client.heartbeat()
    await expect.poll(() => find().catch(() => undefined)).toEqual({ ok: 1 })
    expect(said('database.connection.restored')).toHaveLength(1)
  })

  test('refuses what waits for a server already when the circuit opens', async () => {
    const { client, find } = await startAndLose({ breaker: { failures: 2, openFor: '10m' } })
    const waiting = find()
    client.heartbeat()
    await expect(waiting).rejects.toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
  })

  test('does not take it for an answer that a frozen server was there when it was last asked', async () => {
    const options = { breaker: { failures: 1, openFor: '100ms' } } as const
    const { value: client, check, said } = await startResource(mongodb(() => new MemoryMongo(), options))
    client.isSilent = true
    await expect(check(20)).rejects.toThrow()
    await expect.poll(() => said('breaker.open')).toHaveLength(1)
    const before = client.selections
    const find = (): Promise<unknown> => client.db('shop').command({ find: 'orders' })
    // Refused until it is the probe, which selects its server and then hangs.
    await expect
      .poll(() => {
        find().catch(() => {})
        return client.selections
      })
      .toBeGreaterThan(before)
    await new Promise((resolve) => setImmediate(resolve))
    expect(said('breaker.closed')).toEqual([])
  })

  test('lets so many operations wait for a server and no more', async () => {
    const { client, find } = await startAndLose({ breaker: false, maxWaiting: 2 })
    const waiting = [find(), find()]
    await expect(find()).rejects.toMatchObject({ code: 'SEA_DATABASE_QUEUE_FULL', statusCode: 503 })
    client.isUp = true
    client.heartbeat()
    expect(await Promise.all(waiting)).toEqual([{ ok: 1 }, { ok: 1 }])
  })

  test('is degraded while its set has no primary', async () => {
    const resource = await startResource(mongodb(() => new MemoryMongo({ type: 'ReplicaSetWithPrimary' })))
    resource.value.heartbeat('ReplicaSetNoPrimary')
    expect(await resource.check()).toEqual({
      status: 'degraded',
      message: 'there is no primary: nothing can be written',
    })
    resource.value.heartbeat('ReplicaSetWithPrimary')
    expect(await resource.check()).toBeUndefined()
  })

  test('asks a server that is silent once, however often it is checked', async () => {
    const resource = await startResource(mongodb(() => new MemoryMongo()))
    resource.value.isSilent = true
    const before = resource.value.selections
    await expect(resource.check(20)).rejects.toThrow()
    await expect(resource.check(20)).rejects.toThrow()
    expect(resource.value.selections).toBe(before + 1)
    resource.value.isSilent = false
    resource.value.emit('answers')
    await expect.poll(() => resource.check()).toBeUndefined()
  })

  test('with monitorCommands, each command is a span with its collection, and nothing of what it asks for', async () => {
    await using started = await startTelemetry()
    const resource = await startResource(mongodb(() => new MemoryMongo({ monitorCommands: true })))
    const shop = resource.value.db('shop')
    await inRequest(async () => {
      await shop.command({ find: 'orders', filter: { email: 'canary' } })
      await shop.command({ getMore: 7, collection: 'orders' })
      await shop.command({ insert: 'orders', documents: ['canary'], fails: true }).catch(() => {})
    })
    const spans = await deliverSpans(started, 4)
    const [found, more, inserted] = spans
    expect(spans.map(({ name }) => name)).toEqual(['find orders', 'getMore orders', 'insert orders', 'request'])
    expect(found?.attributes).toEqual({
      'db.system.name': 'mongodb',
      'db.namespace': 'shop',
      'db.collection.name': 'orders',
      'db.operation.name': 'find',
      'db.query.summary': 'find orders',
      'server.address': 'db',
      'server.port': 27017,
    })
    expect(more?.attributes['db.collection.name']).toBe('orders')
    expect(inserted).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': '11000', 'db.response.status_code': '11000' },
    })
    expect(durations(started).map(([, count]) => count)).toContain(1)
    expect(everythingIn(started)).not.toContain('canary')
  })
})
