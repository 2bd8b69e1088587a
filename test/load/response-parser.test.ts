import { expect, test } from 'vitest'
import { type ParsedResponse, ResponseParser } from '../../src/load/response-parser.ts'

function parse(text: string, options: { methods?: string[]; keepBodyBytes?: number; end?: boolean } = {}) {
  const methods = options.methods ?? []
  const responses: ParsedResponse[] = []
  const parser = new ResponseParser({
    nextMethod: () => methods[responses.length] ?? 'GET',
    onResponse: (response) => responses.push(response),
    keepBodyBytes: options.keepBodyBytes ?? 1000,
  })
  parser.push(Buffer.from(text, 'latin1'))
  if (options.end === true) parser.end()
  return { responses, parser, bodies: responses.map(({ body }) => body.toString()) }
}

test('a body of a stated length ends where the length says', () => {
  const { responses, bodies, parser } = parse('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello')
  expect(bodies).toEqual(['hello'])
  expect(responses[0]).toMatchObject({ status: 200, bodyBytes: 5, saidClose: false, interim: [] })
  expect({ ...responses[0]?.headers }).toEqual({ 'content-length': '5', 'x-a': '1, 2' })
  expect(parser.isInside).toBe(false)
})

test('chunks are put together, their extensions and trailers left out', () => {
  const { bodies, parser } = parse(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 9\r\n\r\n',
  )
  expect(bodies).toEqual(['abc0123456789'])
  expect(parser.isInside).toBe(false)
})

test('a body without a length lasts until the connection ends', () => {
  const { responses, bodies } = parse('HTTP/1.1 200 OK\r\n\r\nall of it', { end: true })
  expect(bodies).toEqual(['all of it'])
  expect(responses[0]?.saidClose).toBe(true)
})

test('answers to HEAD and those with status 204 and 304 have no body, whatever their headers say', () => {
  const { responses, parser } = parse(
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n' +
      'HTTP/1.1 204 No Content\r\n\r\n' +
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n' +
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    { methods: ['HEAD', 'GET', 'GET', 'GET'] },
  )
  expect(responses.map(({ status, bodyBytes }) => [status, bodyBytes])).toEqual([
    [200, 0],
    [204, 0],
    [304, 0],
    [200, 2],
  ])
  expect(parser.isInside).toBe(false)
})

test('interim answers come before the answer and are no answer', () => {
  const { responses } = parse(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n',
  )
  expect(responses).toHaveLength(1)
  expect(responses[0]).toMatchObject({ status: 201, interim: [100, 103] })
})

test.each([
  ['HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', true],
  ['HTTP/1.1 200 OK\r\nConnection: Keep-Alive, Close\r\nContent-Length: 0\r\n\r\n', true],
  ['HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n', false],
  ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', true],
  ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n', false],
])('%j says close: %s', (text, saidClose) => {
  expect(parse(text).responses[0]?.saidClose).toBe(saidClose)
})

test('only so much of a body is kept, and all of it is counted', () => {
  const { responses, bodies } = parse('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789', { keepBodyBytes: 4 })
  expect(bodies).toEqual(['0123'])
  expect(responses[0]?.bodyBytes).toBe(10)
})

test.each([
  ['SSH-2.0-OpenSSH\r\n\r\n', 'no status line'],
  ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'a header line without a name'],
  ['HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n', 'a content length that is no number'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', 'a transfer coding other than chunked'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 'a chunk without a size'],
])('%j is refused: %s', (text, problem) => {
  expect(parse(text).parser.error).toBe(problem)
})

test('headers without an end are refused once they are too long', () => {
  expect(parse(`HTTP/1.1 200 OK\r\n${'x'.repeat(70_000)}`).parser.error).toMatch(/headers of more than/)
})
