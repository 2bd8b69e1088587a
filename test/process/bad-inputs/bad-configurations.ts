import { z } from 'zod'
import type { Secret } from '../../../src/config/secret.ts'
import type { Random } from '../../../src/load/random.ts'

/** @param toSecret of the package under test, be it built or not */
// oxlint-disable-next-line typescript/explicit-function-return-type, typescript/explicit-module-boundary-types -- what zod makes of it
export function schemaWith(toSecret: (text: string) => Secret) {
  return z.strictObject({
    http: z.strictObject({ port: z.number().int().min(0).max(65_535) }),
    database: z.strictObject({ url: z.url(), password: z.string().min(4).transform(toSecret) }),
    limits: z.strictObject({ perUser: z.number().int().positive() }),
  })
}

/** One configuration that is not well, whose secrets must not come out. */
export interface BadConfiguration {
  readonly kind: string
  readonly file: 'service.yaml' | 'service.json'
  readonly content: string | Uint8Array
  readonly env: Readonly<Record<string, string>>
}

type Make = (random: Random, secret: string) => Partial<Omit<BadConfiguration, 'kind'>>

/** Another one: nothing else of the configuration tells that it is secret. */
export function inUrl(secret: string): string {
  return `Url${secret}`
}

/** What is well. */
export function valid(secret: string): string {
  return `http:
  port: 8080
database:
  url: postgres://app:${inUrl(secret)}@db.example/orders
  password: ${secret}
limits:
  perUser: 10
`
}

function asJson(secret: string): string {
  const url = `postgres://app:${inUrl(secret)}@db.example/orders`
  const database = { url, password: secret }
  return JSON.stringify({ http: { port: 8080 }, database, limits: { perUser: 10 } }, undefined, 2)
}

const json = (content: string | Uint8Array): Partial<BadConfiguration> => ({ file: 'service.json', content })
const replaced = (secret: string, from: string | RegExp, to: string): Partial<BadConfiguration> => ({
  content: valid(secret).replace(from, to),
})

function cut(random: Random, text: string): string {
  return text.slice(0, random.below(text.length))
}

function flipped(random: Random, text: string): Uint8Array {
  const bytes = Buffer.from(text)
  for (let count = 1 + random.below(6); count > 0; count--) bytes[random.below(bytes.length)] = random.below(256)
  return bytes
}

function shuffledLines(random: Random, text: string): string {
  const lines = text.split('\n')
  for (let at = lines.length - 1; at > 0; at--) {
    const other = random.below(at + 1)
    ;[lines[at], lines[other]] = [lines[other] ?? '', lines[at] ?? '']
  }
  return lines.join('\n')
}

const WRONG_VALUES = [
  '[]',
  '{}',
  'null',
  'true',
  '-1',
  '1e999',
  '.nan',
  '"x"',
  '2026-01-01',
  '!!set {a}',
  '0x7fffffffffffffff',
]

/** By kind. What is wrong in one of a kind is random. */
const KINDS: Readonly<Record<string, Make>> = {
  truncated: (random, secret) => ({ content: cut(random, valid(secret)) }),
  'truncated JSON': (random, secret) => json(cut(random, asJson(secret))),
  'with bytes flipped': (random, secret) => ({ content: flipped(random, valid(secret)) }),
  'JSON with bytes flipped': (random, secret) => json(flipped(random, asJson(secret))),
  'with lines in another order': (random, secret) => ({ content: shuffledLines(random, valid(secret)) }),
  binary: (random) => ({ content: random.bytes(1 + random.below(400)) }),
  'of a wrong type': (random, secret) => replaced(secret, random.pick([/8080/, /\b10\b/]), random.pick(WRONG_VALUES)),
  'with a secret of a wrong type': (random, secret) =>
    replaced(
      secret,
      `password: ${secret}`,
      `password: ${random.pick([`[${secret}]`, `{ is: ${secret} }`, '12', 'null'])}`,
    ),
  'with a secret that is too short': (_random, secret) => replaced(secret, `password: ${secret}`, 'password: abc'),
  'with a URL that is none': (random, secret) =>
    replaced(secret, /url: .*/, `url: ${random.pick(['postgres//', '//', ':'])}app:${inUrl(secret)}@db`),
  'with a misspelt secret': (random, secret) =>
    replaced(secret, 'password', random.pick(['pasword', 'passwrd', 'PASSWORD', 'pass_word', 'passwords'])),
  'with an unknown key': (random, secret) => ({
    content: `${valid(secret)}${random.pick(['limit', 'htpp', '__proto__', 'constructor', 'toString', '""', '"a.b"'])}:\n  perUser: 1\n`,
  }),
  'with prototypes': (random, secret) =>
    json(
      asJson(secret).replace('{', `{"${random.pick(['__proto__', 'constructor', 'prototype'])}": {"isAdmin": true},`),
    ),
  'with a URL where an object belongs': (_random, secret) =>
    replaced(secret, /database:\n.*\n.*\n/, `database: postgres://app:${inUrl(secret)}@db.example/orders\n`),
  'with a wrong indentation': (random, secret) =>
    replaced(secret, '  password', random.pick(['\tpassword', ' password', '      password', 'password'])),
  'with an unclosed quote': (random, secret) =>
    replaced(secret, `password: ${secret}`, `password: ${random.pick(['"', "'", '|', '>', '&', '*', '!!'])}${secret}`),
  'with a key twice': (random, secret) => ({
    content: `${valid(secret)}${random.pick(['http:\n  port: 1\n', `database:\n  password: ${secret}\n`, 'limits: {}\n'])}`,
  }),
  'of several documents': (_random, secret) => ({ content: `${valid(secret)}---\n${valid(secret)}` }),
  'with references': (random, secret) => ({
    content: `${valid(secret)}a: &a [x, x, x, x, x, x, x, x]\nb: &b [${'*a,'.repeat(9)}]\nc: [${'*b,'.repeat(1 + random.below(9))}]\n`,
  }),
  deep: (random, secret) => json(`${asJson(secret).slice(0, -2)}, "x": ${'['.repeat(200 + random.below(20_000))}`),
  large: (random, secret) => ({ content: `${valid(secret)}# ${'x'.repeat(1_050_000 + random.below(200_000))}\n` }),
  empty: (random) => ({ content: random.pick(['', ' ', '\n\n', '# nothing\n', '---\n', 'null\n', '\uFEFF']) }),
  'of another shape': (random, secret) => ({ content: random.pick([`- ${secret}`, '12', 'true', '[]', `? [a]\n: b`]) }),
  'with wrong variables': (random, secret) => ({
    content: valid(secret),
    env: random.pick([
      { HTTP__PORT: secret.length.toString().repeat(9) },
      { DATABASE__PASSWRD: secret },
      { DATABASE__PASSWORD: 'abc' },
      { DATABASE__PASSWORD__X: secret },
      { DATABASE__URL: `postgres//app:${inUrl(secret)}@db` },
      { LIMITS__PER_USER: 'many' },
      { LIMITS__PER_USER: '1e400' },
      { HTTP: `{"port": 1` },
    ]),
  }),
  'with secrets in wrong files': (random, secret) => ({
    content: valid(secret),
    env: random.pick([
      { DATABASE__PASSWORD_FILE: '/nowhere/password' },
      { DATABASE__PASSWORD_FILE: '/' },
      { DATABASE__PASSWORD_FILE: '/dev/null' },
      { DATABASE__PASSWORD_FILE: '/proc/self/environ', DATABASE__PASSWORD: secret },
      { DATABASE__PASSWORD_FILE: '\u0001' },
    ]),
  }),
}

export const CONFIGURATION_KINDS: readonly string[] = Object.keys(KINDS)

/** One of each kind in turn. */
export function badConfiguration(index: number, random: Random, secret: string): BadConfiguration {
  const kind = CONFIGURATION_KINDS[index % CONFIGURATION_KINDS.length] ?? ''
  return { kind, file: 'service.yaml', content: valid(secret), env: {}, ...KINDS[kind]?.(random, secret) }
}
