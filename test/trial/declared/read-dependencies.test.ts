import { expect, test } from 'vitest'
import type { Declared } from '../../../src/trial/declared/declared.ts'
import { type FlagValues, readDeclared } from '../../../src/trial/declared/read-declared.ts'
import { makeFolder } from './folder.ts'

const FILE = 'seaworthy.trial.yaml'

async function read(
  file: string,
  flags: FlagValues = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Declared> {
  return readDeclared(flags, { cwd: await makeFolder({ [FILE]: file }), env })
}

test('a dependency whose host and port are in a variable each is said by both', async () => {
  const { dependencies } = await read(
    'dep: { cache: "CACHE_HOST, CACHE_PORT" }',
    { dep: ['db=DB_HOST,DB_PORT'] },
    {
      DB_HOST: 'localhost',
      DB_PORT: '5432',
      CACHE_HOST: 'localhost',
      CACHE_PORT: '6379',
    },
  )
  expect(dependencies.map(({ value }) => value)).toEqual([
    { name: 'db', variable: 'DB_HOST', portVariable: 'DB_PORT' },
    { name: 'cache', variable: 'CACHE_HOST', portVariable: 'CACHE_PORT' },
  ])
  await expect(read('', { dep: 'db=DB_HOST,DB_PROT' }, { DB_HOST: 'x', DB_PORT: '1' })).rejects.toThrow(
    '--dep names the variable DB_PROT, which is not set. Did you mean "DB_PORT"?',
  )
})

test('a dependency that has to be started is said with its command and its address', async () => {
  const { dependencies } = await read(`
dep:
  payments:
    variable: PAYMENTS_URL
    address: http://127.0.0.1:{port}
    command: node payments.js
    env: { PORT: '{port}', DATA: '{tmp}/data' }
  db:
    variable: DB_HOST,DB_PORT
    command: [redis-server, --port, '{port}']
`)
  expect(dependencies).toEqual([
    {
      origin: 'file',
      value: {
        name: 'payments',
        variable: 'PAYMENTS_URL',
        start: {
          address: 'http://127.0.0.1:{port}',
          command: ['node', 'payments.js'],
          env: { PORT: '{port}', DATA: '{tmp}/data' },
        },
      },
    },
    {
      origin: 'file',
      value: {
        name: 'db',
        variable: 'DB_HOST',
        portVariable: 'DB_PORT',
        start: { address: '127.0.0.1:{port}', command: ['redis-server', '--port', '{port}'], env: {} },
      },
    },
  ])
})

test.each([
  ['dep: { a: { address: "x:{port}" } }', 'dep.a has no variable. Name the variable that says where it is'],
  ['dep: { a: { variable: A, comand: [b] } }', 'dep.a.comand is not a part of a dependency. Did you mean "command"?'],
  ['dep: { a: { variable: A, command: [b] } }', 'Add what A holds then, such as "address: http://127.0.0.1:{port}".'],
  ['dep: { a: { variable: A, command: [b], address: "http://x:80" } }', 'dep.a.address is a text without {port}'],
  ['dep: { a: { variable: A, address: "http://x:{port}" } }', 'dep.a.address is of use only with a command'],
  [
    'dep: { a: { variable: A, command: [b], address: "x:{port}", env: { P: "{prot}" } } }',
    'dep.a.env.P gives P the place {prot}, which there is not. Did you mean "{port}"?',
  ],
  ['dep: { a: { variable: A } }', 'names the variable A, which is not set'],
  ['command: "node a.js | tee log"', 'command has signs that are for a shell, and none reads it. Write it as a list'],
  ['command: []', 'command is a list, expected a command'],
])('%s is refused, and it is said what to do', async (file, message) => {
  await expect(read(file)).rejects.toThrow(message)
})

test('the command of the service is a list, or a text without signs for a shell', async () => {
  expect((await read('command: [node, "my server.js", 1]')).command?.value).toEqual(['node', 'my server.js', '1'])
  expect((await read('command: node server.js')).command).toEqual({ value: ['node', 'server.js'], origin: 'file' })
})
