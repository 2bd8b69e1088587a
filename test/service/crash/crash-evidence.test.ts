import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../src/core/log.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { SecretGuard } from '../../../src/config/secret-guard.ts'
import { treeOf } from '../../../src/config/config-tree.ts'
import { CrashEvidence } from '../../../src/service/crash/crash-evidence.ts'
import type { LifeFacts } from '../../../src/service/crash/life-mark.ts'
import { crashFolder } from './temporary-folder.ts'

/** Evidence of a service whose configuration holds these secrets. */
function around(secrets: Readonly<Record<string, string | number>>) {
  const guard = new SecretGuard([])
  guard.learn(treeOf({ secrets }, { source: 'defaults' }))
  const folder = crashFolder({ report: 'never' })
  const evidence = new CrashEvidence({
    folder,
    clock: new ManualClock(),
    log: silentLog,
    name: 'shop',
    version: undefined,
    env: {},
    instanceId: () => undefined,
    openWork: () => [],
    telemetryStarted: () => undefined,
    scrub: (text) => guard.scrub(text),
  })
  onTestFinished(() => evidence.end())
  const keep = (fields: object): string | undefined => {
    const line = JSON.stringify({ level: 'fatal', ...fields, msg: 'shop: uncaught exception' })
    return evidence.keepUncaught({ error: new Error('boom'), origin: 'uncaughtException', line })
  }
  return { evidence, folder, keep }
}

const read = (file: string | undefined): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(file as string, 'utf8')) as Readonly<Record<string, unknown>>

test.each([
  ['the whole of a message', { message: 'hunter2hunter2' }, { message: '[secret]' }],
  ['a part of one', { message: 'not hunter2hunter2 again' }, { message: 'not [secret] again' }],
  [
    'a field, or in a list',
    { given: 'hunter2hunter2', all: ['hunter2hunter2'] },
    { given: '[secret]', all: ['[secret]'] },
  ],
  ['the name of a field', { hunter2hunter2: 1 }, { '[secret]': 1 }],
  ['a number', { given: 73_519, size: 1_735_190 }, { given: '[secret]', size: 1_735_190 }],
  ['a short one', { given: 'ab', message: 'abc' }, { given: '[secret]', message: 'abc' }],
  ['what follows a line break', { stack: 'Error\nnever' }, { stack: 'Error\n[secret]' }],
  ['what is one with the letter of a line break only', { stack: 'Error\never' }, { stack: 'Error\never' }],
  ['one of several lines', { stack: 'with one\ntwo' }, { stack: 'with [secret]' }],
])('a secret of the configuration that is %s is not in the record, and the record is kept', (_what, err, safe) => {
  const { keep } = around({ a: 'hunter2hunter2', b: 73_519, c: 'ab', d: 'never', e: 'one\ntwo' })
  const file = keep({ err })
  expect(file).toBeDefined()
  expect(read(file)['err']).toEqual(safe)
})

test('what the next process says of it has no secret either', () => {
  const { evidence, folder, keep } = around({ a: 'hunter2hunter2' })
  keep({ err: { type: 'Error', message: 'login with hunter2hunter2 failed' } })
  evidence.end()
  const [line = ''] = readFileSync(folder.pathOf('life') as string, 'utf8').split('\n', 1)
  expect((JSON.parse(line) as LifeFacts).ended).toMatchObject({ type: 'Error', message: 'login with [secret] failed' })
})

test('the report of the shutdown is in the record, without secrets', () => {
  const { evidence, keep } = around({ a: 'hunter2hunter2' })
  const file = keep({ err: { message: 'boom' } })
  evidence.end({ exitCode: 1, error: 'hunter2hunter2' })
  expect(read(file)).toMatchObject({ err: { message: 'boom' }, shutdown: { exitCode: 1, error: '[secret]' } })
})

test('only the first exception is kept', () => {
  const { keep } = around({})
  expect(keep({ err: { message: 'first' } })).toBeDefined()
  expect(keep({ err: { message: 'second' } })).toBeUndefined()
})

test('after the end nothing is kept any more: the process has told of it itself', () => {
  const { evidence, keep } = around({})
  evidence.end()
  expect(keep({ err: { message: 'too late' } })).toBeUndefined()
})
