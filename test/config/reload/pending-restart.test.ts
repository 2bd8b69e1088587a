import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../../src/config/load-config.ts'
import { createReloader, type Reloader } from '../../../src/config/reload/reloader.ts'
import type { ReloaderOptions } from '../../../src/config/reload/reloader-options.ts'
import { toSecret } from '../../../src/config/secret.ts'
import { temporaryFiles } from '../temporary-files.ts'
import { HeardLog } from './heard-log.ts'

const schema = z
  .object({
    level: z.string().default('info'),
    port: z.number().default(1),
    min: z.number().default(0),
    max: z.number().default(10),
    password: z.string().transform(toSecret).optional(),
    url: z.string().optional(),
  })
  .refine(({ min, max }) => min <= max, 'min must not be above max')
type Config = z.infer<typeof schema>

interface Written extends AsyncDisposable {
  readonly reloader: Reloader<Config>
  readonly log: HeardLog
  reload(content: object): ReturnType<Reloader<Config>['reload']>
}

async function written(first: object, options: Partial<ReloaderOptions<Config>>): Promise<Written> {
  const files = await temporaryFiles({ 'a.json': JSON.stringify(first) })
  const log = new HeardLog()
  const load = () => loadConfig({ schema, files: [files.path('a.json')] })
  const reloader = await createReloader<Config>({ load, watch: false, debounce: 10, log, ...options })
  return {
    reloader,
    log,
    reload: async (content) => {
      await writeFile(files.path('a.json'), JSON.stringify(content))
      return reloader.reload('test')
    },
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  }
}

test('what needs a restart waits for it, is told once, and is forgotten when it is put back', async () => {
  await using config = await written({}, { restart: ['port'] })
  expect(await config.reload({ port: 2 })).toMatchObject({
    outcome: 'pending_restart',
    generation: 1,
    pendingRestart: ['port'],
  })
  expect(await config.reload({ port: 2 })).toMatchObject({ outcome: 'pending_restart' })
  expect(config.reloader.current.port).toBe(1)
  expect(config.reloader.state).toMatchObject({
    lastReloadSuccessful: true,
    pendingRestart: [{ name: 'port', kind: 'changed', because: 'listed as restart: port' }],
  })
  expect(config.log.lines).toMatchObject([
    { level: 'warn', event: 'config.pending_restart', fields: { paths: [{ path: 'port' }] } },
  ])
  expect(await config.reload({})).toMatchObject({ outcome: 'unchanged', pendingRestart: [] })
  expect(config.log.lines[1]).toMatchObject({ level: 'info', event: 'config.pending_restart', fields: { paths: [] } })
})

test('the rest of a change is applied, checked by the schema together with what stays', async () => {
  await using config = await written(
    { port: 1, password: 'hunter2', url: 'a' },
    { restart: ['port', 'password', 'url'] },
  )
  const result = await config.reload({ port: 2, level: 'debug', password: 'hunter3' })
  expect(result).toMatchObject({
    outcome: 'applied',
    generation: 2,
    changes: ['level'],
    pendingRestart: ['password', 'port', 'url'],
  })
  expect(config.reloader.current).toMatchObject({ port: 1, level: 'debug', url: 'a' })
  expect(config.reloader.current.password?.reveal()).toBe('hunter2')
  // Later changes of the rest are applied, too: what waits does not hold them up.
  expect(await config.reload({ port: 2, level: 'trace', password: 'hunter3' })).toMatchObject({
    generation: 3,
    changes: ['level'],
  })
  expect(config.reloader.explain().find(({ path }) => path === 'port')?.value).toBe(1)
  expect(config.log.events()).toEqual(['config.pending_restart', 'config.reloaded', 'config.reloaded'])
})

test('where the schema refuses the two together, nothing of the change is applied', async () => {
  await using config = await written({}, { restart: ['max'] })
  expect(await config.reload({ min: 50, max: 100 })).toMatchObject({
    outcome: 'pending_restart',
    generation: 1,
    pendingRestart: ['max', 'min'],
  })
  expect(config.reloader.current).toMatchObject({ min: 0, max: 10 })
  expect(config.log.lines[0]?.fields['reason']).toContain('min must not be above max')
  expect(config.reloader.state.pendingRestart[1]?.because).toBe('changed together with what needs a restart')
})

test('with mixedChange "wait" the rest waits, too; so it does where a load can not keep a part', async () => {
  await using config = await written({}, { restart: ['port'], mixedChange: 'wait' })
  expect(await config.reload({ port: 2, level: 'debug' })).toMatchObject({ outcome: 'pending_restart', generation: 1 })

  let value = { a: 1, b: 1 }
  const own = await createReloader({ load: () => ({ value }), restart: ['a'], watch: false, debounce: 10 })
  value = { a: 2, b: 2 }
  expect(await own.reload('test')).toMatchObject({ outcome: 'pending_restart', pendingRestart: ['a', 'b'] })
  expect(own.current).toEqual({ a: 1, b: 1 })
})

test('a component that has read a value at its start is named; who reads what is current is not', async () => {
  await using config = await written({}, {})
  const seen = config.reloader.observe('pool')
  expect(seen.port).toBe(1)
  expect(await config.reload({ port: 2, level: 'debug' })).toMatchObject({
    outcome: 'applied',
    pendingRestart: ['port'],
  })
  expect(config.reloader.state.pendingRestart).toMatchObject([{ because: 'read at the start of pool' }])
  expect(seen.level).toBe('info')
  expect(config.reloader.current.level).toBe('debug')
})

test('what needs a restart and is made of what does not can not be kept: nothing of the change is applied', async () => {
  await using files = await temporaryFiles({ 'a.json': '{ "port": 1, "level": "info" }' })
  const derived = z
    .object({ port: z.number(), level: z.string() })
    .transform((input) => ({ ...input, address: `host:${input.port}` }))
  const reloader = await createReloader({
    load: () => loadConfig({ schema: derived, files: [files.path('a.json')] }),
    restart: ['address'],
    watch: false,
    debounce: 10,
  })
  await writeFile(files.path('a.json'), '{ "port": 2, "level": "debug" }')
  expect(await reloader.reload('test')).toMatchObject({
    outcome: 'pending_restart',
    generation: 1,
    pendingRestart: ['address', 'level', 'port'],
  })
  expect(reloader.current).toEqual({ port: 1, level: 'info', address: 'host:1' })
})
