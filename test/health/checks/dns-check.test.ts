import { createSocket } from 'node:dgram'
import { expect, onTestFinished, test } from 'vitest'
import { dnsCheck } from '../../../src/health/checks/dns-check.ts'
import { openSockets, reportOf, resultOf, socketsAreBackTo } from './run-check.ts'

type Answers = Readonly<Record<number, readonly Buffer[]>>
const [A, SRV, AAAA] = [1, 33, 28]

/** A server of DNS with the same answers to every name; without answers it says that there is no such name. */
async function serve(answers: Answers | 'silent'): Promise<{ address: string; asked: Promise<void> }> {
  const socket = createSocket('udp4')
  let told = (): void => {}
  const asked = new Promise<void>((resolve) => (told = resolve))
  socket.on('message', (query, { port, address }) => {
    told()
    if (answers === 'silent') return
    const end = query.indexOf(0, 12) + 5
    const records = answers[query.readUInt16BE(end - 4)] ?? []
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(records.length === 0 ? 0x8183 : 0x8180, 2)
    header.writeUInt16BE(records.length, 6)
    header.writeUInt32BE(0, 8)
    const sections = records.map((data) => {
      const head = Buffer.from([0xc0, 12, 0, query[end - 3] ?? 0, 0, 1, 0, 0, 0, 9, 0, data.length])
      return Buffer.concat([head, data])
    })
    socket.send(Buffer.concat([header, query.subarray(12, end), ...sections]), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  onTestFinished(() => void socket.close())
  return { address: `127.0.0.1:${socket.address().port}`, asked }
}

const SERVED: Answers = {
  [A]: [Buffer.from([10, 0, 0, 1]), Buffer.from([10, 0, 0, 2])],
  [AAAA]: [Buffer.from('fd000000000000000000000000000001', 'hex')],
  // Priority, weight, port 5432, and the target "db.x".
  [SRV]: [Buffer.from([0, 1, 0, 1, 0x15, 0x38, 2, 100, 98, 1, 120, 0])],
}

test.each([
  ['A', ['10.0.0.2']],
  ['AAAA', ['fd00::1']],
  ['SRV', ['db.x:5432']],
] as const)('a name with the expected %s records is healthy', async (record, expected) => {
  const { address } = await serve(SERVED)

  expect(await reportOf(dnsCheck('db.internal', { record, expected, servers: [address] }))).toMatchObject({
    status: 'healthy',
  })
})

test('an expected record that is missing is named', async () => {
  const { address } = await serve(SERVED)

  expect(await resultOf(dnsCheck('db.internal', { expected: ['10.0.0.9'], servers: [address] }))).toEqual({
    status: 'unhealthy',
    message: 'DNS A of db.internal is without 10.0.0.9',
  })
})

test('a name that is not there is unhealthy', async () => {
  const { address } = await serve({})

  expect(await resultOf(dnsCheck('gone.internal', { servers: [address] }))).toEqual({
    status: 'unhealthy',
    message: 'DNS A of gone.internal: queryA ENOTFOUND gone.internal',
  })
})

test('a server that stays silent is given up after its attempts', async () => {
  const { address } = await serve('silent')

  expect(await resultOf(dnsCheck('db.internal', { servers: [address], attemptTimeout: 50, attempts: 1 }))).toEqual({
    status: 'unhealthy',
    message: 'DNS A of db.internal: queryA ETIMEOUT db.internal',
  })
})

test('a query is cancelled with the signal, and keeps no descriptor', async () => {
  const { address, asked } = await serve('silent')
  const before = openSockets()
  const abort = new AbortController()
  const running = resultOf(dnsCheck('db.internal', { servers: [address], attemptTimeout: '1m' }), abort.signal)
  await asked

  abort.abort()

  expect(await running).toEqual({
    status: 'unhealthy',
    message: 'DNS A of db.internal: queryA ECANCELLED db.internal',
  })
  await socketsAreBackTo(before)
})

test.each<[string, object]>([
  ['', {}],
  ['a b', {}],
  ['x', { record: 'TXT' }],
  ['x', { servers: ['no address'] }],
  ['x', { expected: '10.0.0.1' }],
  ['x', { attempts: 0 }],
])('%j with %j is refused at once', (name, options) => {
  expect(() => dnsCheck(name, options)).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
})
