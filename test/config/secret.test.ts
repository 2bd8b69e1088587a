import { Writable } from 'node:stream'
import { Console } from 'node:console'
import { format, inspect } from 'node:util'
import pino from 'pino'
import { expect, test } from 'vitest'
import { isSecret, Secret, toSecret } from '../../src/config/secret.ts'

const CANARY = 'hunter2-canary'
const secret = new Secret(CANARY)

function written(write: (stream: Writable) => void): string {
  let text = ''
  write(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString()
        done()
      },
    }),
  )
  return text
}

test.each<readonly [string, () => string]>([
  ['String()', () => String(secret)],
  // oxlint-disable-next-line typescript/restrict-template-expressions -- that is the point
  ['a template', () => `${secret}`],
  // oxlint-disable-next-line typescript/restrict-plus-operands -- that is the point
  ['concatenation', () => '' + secret],
  ['JSON.stringify', () => JSON.stringify({ secret })],
  ['util.inspect', () => inspect(secret)],
  ['util.inspect with everything shown', () => inspect({ secret }, { showHidden: true, depth: null, getters: true })],
  ['util.format', () => format('%s %o %O %j', secret, secret, secret, secret)],
  ['console.log', () => written((stream) => new Console(stream).log(secret, { secret }, [secret]))],
  ['console.table', () => written((stream) => new Console(stream).table([{ secret }]))],
  [
    'pino',
    () => written((stream) => pino(stream).info({ secret, nested: { list: [secret] } }, 'a %s %o', secret, secret)),
  ],
  ['the message of an error', () => new Error(`cannot use ${String(secret)}`).message],
  ['joining', () => [secret].join()],
])('%s shows [secret]', (_, show) => {
  expect(show()).toContain('[secret]')
  expect(show()).not.toContain(CANARY)
})

test.each<readonly [string, () => unknown]>([
  ['a structured clone', () => structuredClone(secret)],
  ['its own keys', () => Object.getOwnPropertyDescriptors(secret)],
  ['an assignment', () => Object.assign({}, secret)],
  ['util.inspect without custom inspection', () => inspect(secret, { customInspect: false, showHidden: true })],
])('%s does not hold it', (_, show) => {
  expect(inspect(show(), { depth: null, showHidden: true })).not.toContain(CANARY)
})

test('reveal() gives the text, and nothing can change it', () => {
  expect(secret.reveal()).toBe(CANARY)
  expect(Object.isFrozen(secret)).toBe(true)
})

test('toSecret takes a text or a secret', () => {
  expect(toSecret(CANARY).reveal()).toBe(CANARY)
  expect(toSecret(secret)).toBe(secret)
})

test('a secret of another copy of the package is one, too', async () => {
  const url = new URL('../../src/config/secret.ts?copy', import.meta.url).href
  const copy = (await import(url)) as { readonly Secret: typeof Secret }
  expect(copy.Secret).not.toBe(Secret)
  expect(isSecret(new copy.Secret('x'))).toBe(true)
  expect([undefined, null, 'x', {}].some(isSecret)).toBe(false)
})
