import { rename, unlink, utimes, writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reloadingService } from './reloading-service.ts'

const INVALID = ['{ "version": 1', '', '{ "version": "one" }', '{ "version": 1, "more": 1 }', '\u0000\u0001']

interface Step {
  readonly way: 'in place' | 'in two parts' | 'renamed' | 'older' | 'deleted'
  /** An index of {@link INVALID}, or a valid content. */
  readonly invalid: number | undefined
  readonly act: 'request' | 'job' | 'reload' | 'nothing'
}

const steps = fc.array(
  fc.record<Step>({
    way: fc.constantFrom('in place', 'in two parts', 'renamed', 'older', 'deleted'),
    invalid: fc.option(fc.nat({ max: INVALID.length - 1 }), { nil: undefined, freq: 2 }),
    act: fc.constantFrom('request', 'job', 'reload', 'nothing'),
  }),
  { minLength: 1, maxLength: 10 },
)

async function write(path: string, way: Step['way'], content: string): Promise<void> {
  if (way === 'deleted') return unlink(path).catch(() => {})
  if (way === 'in place') return writeFile(path, content)
  if (way === 'in two parts') {
    await writeFile(path, content.slice(0, content.length / 2))
    return writeFile(path, content)
  }
  await writeFile(`${path}.new`, content)
  if (way === 'older') await utimes(`${path}.new`, 1, 1)
  return rename(`${path}.new`, path)
}

test('whatever is done to the file, each request and job sees one good configuration, and the last good one is in force', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      await using running = await reloadingService({
        reload: { debounce: 10, maxDebounce: 100, pollInterval: '1h', postCheck: false },
      })
      const { service, files } = running
      const web = service.listener('web', {
        host: '127.0.0.1',
        start: () => async (_request, response) => {
          const first = service.config
          await wait(15)
          response.end(String(first === service.config && first.version))
        },
      })
      await service.start()
      const { url } = service.address(web) ?? { url: '' }
      const good = new Set([1])
      const seen: Promise<number>[] = []
      const generations: number[] = []
      for (const [at, { way, invalid, act }] of sequence.entries()) {
        const version = at + 2
        await write(
          files.path('app.json'),
          way,
          invalid === undefined ? JSON.stringify({ version }) : (INVALID[invalid] ?? ''),
        )
        if (way !== 'deleted' && invalid === undefined) good.add(version)
        if (act === 'request') seen.push(fetch(url).then(async (response) => Number(await response.text())))
        if (act === 'job') {
          const job = async (): Promise<number> => {
            const first = service.config
            await wait(15)
            return first === service.config ? first.version : Number.NaN
          }
          seen.push(service.background('job', job))
        }
        if (act === 'reload') await service.reload('test')
        generations.push(service.configState?.generation ?? 0)
      }
      await write(files.path('app.json'), 'older', JSON.stringify({ version: 1_000 }))
      good.add(1_000)
      await service.reload('test')
      expect(service.config.version).toBe(1_000)
      expect(service.configState?.lastReloadSuccessful).toBe(true)
      for (const version of await Promise.all(seen)) expect(good).toContain(version)
      expect(generations).toEqual(generations.toSorted((a, b) => a - b))
    }),
    { numRuns: 20 },
  )
}, 60_000)
