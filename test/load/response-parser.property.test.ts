import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ParsedResponse, ResponseParser } from '../../src/load/response-parser.ts'

const answer = fc.record({
  status: fc.constantFrom(200, 201, 404, 500, 503),
  body: fc.uint8Array({ maxLength: 300 }),
  chunkSizes: fc.option(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 })),
  interim: fc.boolean(),
})

function encode({
  status,
  body,
  chunkSizes,
  interim,
}: typeof answer extends fc.Arbitrary<infer T> ? T : never): Buffer {
  const parts: (string | Uint8Array)[] = interim ? ['HTTP/1.1 100 Continue\r\n\r\n'] : []
  if (chunkSizes === null) {
    parts.push(`HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n`, body)
  } else {
    parts.push(`HTTP/1.1 ${status} X\r\nTransfer-Encoding: chunked\r\n\r\n`)
    for (let at = 0, n = 0; at < body.length; n++) {
      const chunk = body.subarray(at, at + (chunkSizes[n % chunkSizes.length] ?? 1))
      parts.push(`${chunk.length.toString(16)}\r\n`, chunk, '\r\n')
      at += chunk.length
    }
    parts.push('0\r\n\r\n')
  }
  return Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)))
}

test('however the bytes are cut into pieces, the same answers come out', () => {
  fc.assert(
    fc.property(
      fc.array(answer, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 97 })),
      (answers, cuts) => {
        const parsed: ParsedResponse[] = []
        const parser = new ResponseParser({
          nextMethod: () => 'GET',
          onResponse: (response) => parsed.push(response),
          keepBodyBytes: 10_000,
        })
        const bytes = Buffer.concat(answers.map(encode))
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const size = cuts.length === 0 ? bytes.length : (cuts[n % cuts.length] ?? 1)
          parser.push(bytes.subarray(at, at + size))
          at += size
        }
        expect(parser.error).toBeUndefined()
        expect(parser.isInside).toBe(false)
        expect(
          parsed.map(({ status, body, interim }) => ({ status, body: [...body], interim: interim.length > 0 })),
        ).toEqual(answers.map(({ status, body, interim }) => ({ status, body: [...body], interim })))
      },
    ),
  )
})

// oxlint-disable-next-line vitest/expect-expect -- inside the property
test('no bytes make it throw, and after an error nothing more is parsed', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.uint8Array(),
          fc.constantFrom('HTTP/1.1 200 OK\r\n', '\r\n\r\n', '0\r\n\r\n').map((text) => Buffer.from(text)),
        ),
      ),
      (pieces) => {
        let count = 0
        const parser = new ResponseParser({ nextMethod: () => 'GET', onResponse: () => count++, keepBodyBytes: 10 })
        for (const piece of pieces) {
          const before = { count, error: parser.error }
          parser.push(Buffer.from(piece))
          if (before.error !== undefined) expect({ count, error: parser.error }).toEqual(before)
        }
        parser.end()
      },
    ),
  )
})
