import { expect, test } from 'vitest'
import { decodeHuffman } from '../../../src/load/sniff/hpack-huffman.ts'
import type { ExchangeSeen } from '../../../src/load/sniff/exchange-seen.ts'
import { Sniffer } from '../../../src/load/sniff/sniffer.ts'
import { recordSession } from './recorded-session.ts'

function sniffing(): { sniffer: Sniffer; seen: string[] } {
  const seen: string[] = []
  const tell = ({ what, path, status }: ExchangeSeen): unknown => seen.push([what, path, status].join(' ').trim())
  return { sniffer: new Sniffer(tell), seen }
}

const GET = (path: string): Buffer => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
const OK = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')

test('a service that leaves before the answer has cancelled; after the answer it has not', () => {
  const { sniffer, seen } = sniffing()
  sniffer.up(GET('/a'))
  sniffer.down(OK)
  sniffer.up(GET('/b'))
  sniffer.down(OK.subarray(0, 20))
  sniffer.serviceLeft()
  expect(seen).toEqual(['began /a', 'answered /a 200', 'began /b', 'cancelled /b'])
})

test('an answer without a length is over with the connection', () => {
  const { sniffer, seen } = sniffing()
  sniffer.up(GET('/a'))
  sniffer.down(Buffer.from('HTTP/1.1 200 OK\r\n\r\nsome'))
  expect(seen).toEqual(['began /a'])
  sniffer.downEnded()
  expect(seen).toEqual(['began /a', 'answered /a 200'])
})

test('after an upgrade the connection is something else, and left alone', () => {
  const { sniffer, seen } = sniffing()
  sniffer.up(GET('/socket'))
  sniffer.down(Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
  sniffer.up(GET('/b'))
  sniffer.serviceLeft()
  expect(seen).toEqual(['began /socket', 'answered /socket 101'])
})

test('a connection on which the dependency speaks first is not HTTP', () => {
  const { sniffer, seen } = sniffing()
  sniffer.down(Buffer.from('+OK\r\n'))
  sniffer.up(GET('/b'))
  expect(seen).toEqual([])
})

test('HTTP/2: RST_STREAM of the client and the end of the connection cancel what is open', async () => {
  const { up } = await recordSession([{ ':path': '/a' }, { ':path': '/b' }])
  const { sniffer, seen } = sniffing()
  sniffer.up(up)
  // RST_STREAM of stream 1, CANCEL.
  sniffer.up(Buffer.from([0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8]))
  expect(seen).toEqual(['began /a', 'began /b', 'cancelled /a'])
  sniffer.serviceLeft()
  expect(seen.slice(3)).toEqual(['cancelled /b'])
})

test('the Huffman code is complete: the longest code is thirty ones', () => {
  expect(() => decodeHuffman(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toThrow('the end of the string inside of it')
  expect(decodeHuffman(Buffer.from([]))).toBe('')
})
