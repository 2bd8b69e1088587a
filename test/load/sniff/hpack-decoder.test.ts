import { expect, test } from 'vitest'
import { HpackDecoder } from '../../../src/load/sniff/hpack-decoder.ts'

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
}

test('RFC 7541 C.2: a literal with indexing, without, never indexed, and an indexed field', () => {
  expect(new HpackDecoder().fields(hex('400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572'))).toEqual([
    ['custom-key', 'custom-header'],
  ])
  expect(new HpackDecoder().fields(hex('040c 2f73 616d 706c 652f 7061 7468'))).toEqual([[':path', '/sample/path']])
  expect(new HpackDecoder().fields(hex('1008 7061 7373 776f 7264 0673 6563 7265 74'))).toEqual([['password', 'secret']])
  expect(new HpackDecoder().fields(hex('82'))).toEqual([[':method', 'GET']])
})

const REQUESTS = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'www.example.com'],
]

test.each([
  [
    'C.3, plain',
    [
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
  ],
  [
    'C.4, with Huffman codes',
    [
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
  ],
])('RFC 7541 %s: three requests on one connection', (_, [first = '', second = '', third = '']) => {
  const decoder = new HpackDecoder()
  expect(decoder.fields(hex(first))).toEqual(REQUESTS)
  expect(decoder.fields(hex(second))).toEqual([...REQUESTS, ['cache-control', 'no-cache']])
  expect(decoder.fields(hex(third))).toEqual([
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', '/index.html'],
    [':authority', 'www.example.com'],
    ['custom-key', 'custom-value'],
  ])
})

const ANSWER = (status: string, date: string): string[][] => [
  [':status', status],
  ['cache-control', 'private'],
  ['date', date],
  ['location', 'https://www.example.com'],
]

test('RFC 7541 C.6: three answers with Huffman codes and a table of 256 bytes, from which the oldest go', () => {
  const decoder = new HpackDecoder()
  // The example agrees on the size of the table outside of its blocks; a block may say the same (§6.3).
  decoder.fields(hex('3fe1 01'))
  expect(
    decoder.fields(
      hex(
        `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718
         63c7 8f0b 97c8 e9ae 82ae 43d3`,
      ),
    ),
  ).toEqual(ANSWER('302', 'Mon, 21 Oct 2013 20:13:21 GMT'))
  expect(decoder.fields(hex('4883 640e ffc1 c0bf'))).toEqual(ANSWER('307', 'Mon, 21 Oct 2013 20:13:21 GMT'))
  expect(
    decoder.fields(
      hex(
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7
         b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
      ),
    ),
  ).toEqual([
    ...ANSWER('200', 'Mon, 21 Oct 2013 20:13:22 GMT'),
    ['content-encoding', 'gzip'],
    ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
  ])
})

test.each([
  ['an entry that is not there', 'be'],
  ['index 0', '80'],
  ['a text that is cut off', '400a 63'],
  ['a number without an end', 'ffff ffff ffff ffff ff'],
  ['padding of zeros', '4081 00 00'],
  ['a table without bounds', '3fff ffff ff0f'],
])('%s is refused', (_, block) => {
  expect(() => new HpackDecoder().fields(hex(block))).toThrow(Error)
})
