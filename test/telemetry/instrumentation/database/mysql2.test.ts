import { context, createContextKey, SpanKind, trace } from '@opentelemetry/api'
import mysql, { type Connection, type Pool } from 'mysql2'
import { tracingChannel } from 'node:diagnostics_channel'
import type { AddressInfo, Server } from 'node:net'
import { expect, test } from 'vitest'
import { deliverSpans, startTelemetry } from '../../telemetry-fixture.ts'
import { briefly, durations, everythingIn, inRequest, publishCall } from './channel-fixture.ts'

/* The real mysql2 on both sides: it has a server of the protocol, too. */

interface MysqlServer extends AsyncDisposable {
  readonly port: number
}

/** Answers every query with success, but those with `nope` in them. */
async function startMysql(): Promise<MysqlServer> {
  const server = mysql.createServer((connection) => {
    connection.on('error', () => {})
    // A server of MySQL counts the packets of each command anew; this one leaves that to us.
    const answered = (): boolean => Reflect.set(connection, 'sequenceId', 0)
    connection.serverHandshake({
      authCallback(_user: unknown, done: (error: null) => void) {
        done(null)
        answered()
      },
      protocolVersion: 10,
      serverVersion: '8.0.0',
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff,
    })
    connection.on('query', (sql: string) => {
      if (sql.includes('nope')) connection.writeError({ code: 1146, message: `no canary in ${sql}` })
      else connection.writeOk()
      answered()
    })
  })
  const { _server: listener } = server as unknown as { readonly _server: Server }
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (listener.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        listener.close(resolve)
      })
    },
  }
}

const ended = (of: Connection | Pool): Promise<void> =>
  new Promise((resolve) => {
    of.end(() => resolve())
  })

const query = (on: Connection | Pool, sql: string, values: unknown[] = []): Promise<unknown> =>
  new Promise((resolve) => {
    on.query(sql, values, (error) => resolve(error))
  })

test('a query is one span below its caller, and one measurement, without its values', async () => {
  await using server = await startMysql()
  await using started = await startTelemetry({ instrument: { http: false, runtime: false } })
  const connection = mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'app', database: 'shop' })
  await inRequest(async () => {
    await query(connection, 'SELECT "canary" FROM orders WHERE a = ? AND b = ?', [`it's "canary"`, 7])
    await query(connection, 'SELECT * FROM nope WHERE a = ?', ['canary'])
  })
  await query(connection, 'SELECT 1')
  await ended(connection)
  const [first, second, request, ...more] = await deliverSpans(started, 3)

  expect(more).toEqual([])
  const common = {
    'db.system.name': 'mysql',
    'db.namespace': 'shop',
    'server.address': '127.0.0.1',
    'server.port': server.port,
  }
  expect(first === undefined ? undefined : briefly(first)).toEqual({
    name: 'SELECT orders',
    kind: SpanKind.CLIENT + 1,
    attributes: {
      ...common,
      'db.operation.name': 'SELECT',
      'db.collection.name': 'orders',
      'db.query.summary': 'SELECT orders',
      'db.query.text': 'SELECT ? FROM orders WHERE a = ? AND b = ?',
    },
    status: 0,
    events: 0,
  })
  expect(second?.attributes).toMatchObject({ 'error.type': '1146', 'db.response.status_code': '1146' })
  expect([first?.parentSpanId, second?.parentSpanId]).toEqual([request?.spanId, request?.spanId])
  expect(durations(started).map(([, count]) => count)).toEqual([1, 1, 1])
  expect(everythingIn(started)).not.toContain('canary')
})

test('what waits for a connection of a pool, and what is called back, goes on in the context of whoever has called', async () => {
  await using server = await startMysql()
  await using started = await startTelemetry({ instrument: { http: false, runtime: false } })
  const pool = mysql.createPool({ host: '127.0.0.1', port: server.port, user: 'app', connectionLimit: 2 })
  const key = createContextKey('caller')
  const seen = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      context.with(context.active().setValue(key, index), () =>
        inRequest(
          () =>
            new Promise((resolve) => {
              pool.query(`SELECT 1 FROM t${index}`, () => resolve(context.active().getValue(key)))
            }),
        ),
      ),
    ),
  )
  await ended(pool)
  expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index))
  const spans = await deliverSpans(started, 200)
  const queries = Map.groupBy(
    spans.filter(({ name }) => name !== 'request'),
    ({ parentSpanId }) => parentSpanId,
  )
  const requests = spans.filter(({ name }) => name === 'request')
  expect(requests.map(({ spanId }) => queries.get(spanId)?.length)).toEqual(Array(100).fill(1))
})

test('what the client itself fails with is told by its code, and a statement that is prepared by its text', async () => {
  await using started = await startTelemetry()
  const message = () => ({
    query: 'INSERT INTO orders VALUES (?)',
    values: ['canary'],
    database: '',
    serverAddress: '/run/mysql.sock',
    serverPort: undefined,
  })
  await inRequest(async () => {
    await publishCall('mysql2:execute', message(), async () => {})
    const lost = Object.assign(new Error('canary'), { code: 'PROTOCOL_CONNECTION_LOST', errno: -1 })
    await publishCall('mysql2:execute', message(), () => Promise.reject(lost)).catch(() => {})
    const refused = Object.assign(new Error('canary'), { code: 'ECONNREFUSED', errno: 111 })
    await publishCall('mysql2:execute', message(), () => Promise.reject(refused)).catch(() => {})
    await publishCall('mysql2:query', { ...message(), query: '/* canary */' }, async () => {})
  })
  const [first, second, third, fourth] = await deliverSpans(started, 5)
  expect(first?.attributes).toEqual({
    'db.system.name': 'mysql',
    'db.operation.name': 'INSERT',
    'db.collection.name': 'orders',
    'db.query.summary': 'INSERT orders',
    'db.query.text': 'INSERT INTO orders VALUES (?)',
    'server.address': '/run/mysql.sock',
  })
  expect(second?.attributes).toMatchObject({ 'error.type': 'PROTOCOL_CONNECTION_LOST' })
  expect(second?.attributes['db.response.status_code']).toBeUndefined()
  expect(third?.attributes).toMatchObject({ 'error.type': 'ECONNREFUSED' })
  expect(third?.attributes['db.response.status_code']).toBeUndefined()
  // A statement that says nothing is called by its system.
  expect([fourth?.name, fourth?.attributes['db.query.text']]).toEqual(['mysql', undefined])
  expect(everythingIn(started)).not.toContain('canary')
})

test('with the stock instrumentation its spans are the only ones', async () => {
  await using server = await startMysql()
  await using started = await startTelemetry({ instrument: { http: false, runtime: false } })
  const connection = mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'app' })
  const stock = trace.getTracer('@opentelemetry/instrumentation-mysql2')
  await inRequest(async () => {
    const span = stock.startSpan('SELECT', { kind: SpanKind.CLIENT })
    await query(connection, 'SELECT 1')
    span.end()
  })
  await ended(connection)
  const spans = await deliverSpans(started, 2)
  expect(spans.map(({ scope }) => scope.name)).toEqual(['@opentelemetry/instrumentation-mysql2', 'program'])
  expect(durations(started).map(([, count]) => count)).toEqual([1])
})

test('what has begun before the telemetry is called back in the context of nobody', async () => {
  await using started = await startTelemetry()
  const seen = await inRequest(
    async () =>
      await new Promise((resolve) => {
        tracingChannel('mysql2:query').asyncStart.runStores({ query: 'SELECT 1' }, () => resolve(trace.getActiveSpan()))
      }),
  )
  expect(seen).toBeUndefined()
  expect((await deliverSpans(started, 1)).map(({ name }) => name)).toEqual(['request'])
})
