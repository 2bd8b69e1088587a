import { expect, test } from 'vitest'
import { findToken, needlesOf } from '../../../src/trial/verdict/find-token.ts'

const TOKEN = 'abcdefghij0123456789'
const NEEDLES = needlesOf(TOKEN)

test.each([
  ['as it is', `x=${TOKEN}&y`],
  ['URL-encoded', `x=${Array.from(TOKEN, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')}`],
  ['in hexadecimal', `<${Buffer.from(TOKEN).toString('hex')}>`],
  ...['', 'u', 'us', 'use', 'user:'].flatMap((before) =>
    ['', '\n', '"}', '!!!'].flatMap((behind) => [
      ['in base64', Buffer.from(`${before}${TOKEN}${behind}`).toString('base64')],
      ['in base64', Buffer.from(`${before}${TOKEN}${behind}`).toString('base64url')],
    ]),
  ),
])('a token is found %s: %s', (encoding, text) => {
  expect(findToken(text, NEEDLES)).toBe(encoding)
})

test.each([
  'abcdefghij012345678',
  TOKEN.toUpperCase(),
  Buffer.from('abcdefghij012345x789').toString('base64'),
  Buffer.from('another text of the same length').toString('hex'),
  '',
])('a text without it is not: %s', (text) => {
  expect(findToken(text, NEEDLES)).toBeUndefined()
})
