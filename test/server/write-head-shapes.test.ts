import type { RequestListener, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startDrainedServer, startServer } from './start-server.ts'

/** Beyond what the types allow, all that Node takes. */
type Loose = (...args: readonly unknown[]) => ServerResponse

const STAY = { 'X-A': '1', Connection: 'keep-alive', 'Keep-Alive': 'timeout=9' }
const FLAT = Object.entries(STAY).flat()
const PAIRS = Object.entries(STAY)

const SHAPES: readonly (readonly [shape: string, ...args: readonly unknown[]])[] = [
  ['a status alone', 200],
  ['a reason alone', 200, 'Fine'],
  ['an object', 200, STAY],
  ['a flat list', 200, FLAT],
  ['pairs', 200, PAIRS],
  ['no headers in their place', 200, undefined],
  ['null in their place', 200, null],
  ['an object behind a reason', 200, 'Fine', STAY],
  ['a flat list behind a reason', 200, 'Fine', FLAT],
  ['pairs behind a reason', 200, 'Fine', PAIRS],
  ['nothing behind a reason', 200, 'Fine', undefined],
  ['null behind a reason', 200, 'Fine', null],
  ['an object behind an empty reason', 200, '', STAY],
  ['an object behind a reason that is undefined', 200, undefined, STAY],
  ['a flat list behind a reason that is undefined', 200, undefined, FLAT],
  ['pairs behind a reason that is undefined', 200, undefined, PAIRS],
  ['an object behind a reason that is null', 200, null, STAY],
  ['an object behind an object, which Node leaves out', 200, { 'X-B': '2' }, STAY],
  ['null behind an object', 200, STAY, null],
  ['a status that is text', '200', STAY],
]

/** The lines of the head of the only answer on a connection, once the server has ended it or said that it stays. */
async function headOf(port: number, wait: 'end' | 'head'): Promise<readonly string[]> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  onTestFinished(() => void socket.destroy())
  socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  let text = ''
  for await (const chunk of socket as AsyncIterable<string>) {
    text += chunk
    if (wait === 'head' && text.includes('\r\n\r\n')) break
  }
  if (!text.startsWith('HTTP/1.1 200 ')) throw new Error(`not the answer of the handler: ${text}`)
  const lines = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n')
  return lines.filter((line) => !line.startsWith('Date:')).toSorted()
}

const isOfConnection = (line: string): boolean => /^(connection|keep-alive):/i.test(line)

interface Heads {
  /** What a server in its drain puts on the wire. */
  readonly actual: readonly string[]
  /** What one without a drain does, but with `close` as the only word on the connection. */
  readonly expected: readonly string[]
}

async function headsOf(handler: RequestListener): Promise<Heads> {
  const plain = await startServer(handler)
  const { drain, port } = await startDrainedServer(handler)
  drain.startDraining()
  const others = (await headOf(plain.port, 'head')).filter((line) => !isOfConnection(line))
  // Said on the wire and done: the connection ends behind the answer.
  return { actual: await headOf(port, 'end'), expected: [...others, 'Connection: close'].toSorted() }
}

test.for(SHAPES)('writeHead with %s says close, and all else that Node says', async ([, ...args]) => {
  const heads = await headsOf((_, response) => {
    ;(response.writeHead as Loose)(...args).end('ok')
  })
  expect(heads.actual).toEqual(heads.expected)
})

// Node refuses pairs beside headers that were set before.
test.for(SHAPES.filter(([shape]) => !shape.startsWith('pairs')))(
  'writeHead with %s beside headers that were set says close, and all else that Node says',
  async ([, ...args]) => {
    const heads = await headsOf((_, response) => {
      response.setHeader('X-C', '3').setHeader('connection', 'keep-alive').setHeader('keep-alive', 'timeout=8')
      ;(response.writeHead as Loose)(...args).end('ok')
    })
    expect(heads.actual).toEqual(heads.expected)
  },
)

test('an answer without a call of writeHead says close, too', async () => {
  const heads = await headsOf((_, response) => {
    response.setHeader('Connection', 'keep-alive').end('ok')
  })
  expect(heads.actual).toEqual(heads.expected)
})

test.runIf('writeHeader' in (await import('node:http')).ServerResponse.prototype)(
  'the old name of writeHead, which Node 26 has no more, says close, too',
  async () => {
    const heads = await headsOf((_, response) => {
      ;(response as unknown as { readonly writeHeader: Loose }).writeHeader(200, STAY).end('ok')
    })
    expect(heads.actual).toEqual(heads.expected)
  },
)
