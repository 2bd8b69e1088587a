import { closeSync, openSync } from 'node:fs'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { LOG_LEVELS } from '../../../src/logging/log-level.ts'
import { createLogging } from '../../../src/logging/logging.ts'
import { logLevelsPage } from '../../../src/service/admin-pages/log-levels-page.ts'

/** Bodies that are nearly right, and any text, any JSON. */
const nearly = fc.record(
  {
    level: fc.oneof(fc.constantFrom(...LOG_LEVELS, null), fc.jsonValue()),
    logger: fc.oneof(fc.constantFrom('db', 'db.*', '*', 'db.pool'), fc.string(), fc.jsonValue()),
    ttl: fc.oneof(fc.constantFrom('1s', '10m', '24h', '0', '25h'), fc.string(), fc.jsonValue()),
    extra: fc.jsonValue(),
  },
  { requiredKeys: [], noNullPrototype: true },
)
const body = fc.oneof(
  { weight: 3, arbitrary: nearly.map((value) => JSON.stringify(value)) },
  fc.json(),
  fc.string({ unit: 'binary' }),
)

test('whatever is sent, it is done as it says or refused with a key, and nothing is left behind when its time is over', async () => {
  const fd = openSync('/dev/null', 'w')
  onTestFinished(() => closeSync(fd))
  const clock = new ManualClock()
  const logging = createLogging({ service: 'test', fd, clock })
  const page = logLevelsPage(logging)
  const send = (text: string) =>
    page.answer({
      method: 'PUT',
      query: new URLSearchParams(),
      headers: {},
      body: text,
      signal: new AbortController().signal,
    })
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const before = JSON.stringify(logging.levels)
      const { status, body: answer } = await send(text)
      seen.add(status)
      const told = JSON.parse(String(answer)) as { errors?: { key: string; remedy: string }[] }
      if (status === 200) return
      expect(status).toBe(400)
      expect(told.errors?.every(({ key, remedy }) => key !== '' && /[.?]$/.test(remedy))).toBe(true)
      expect(JSON.stringify(logging.levels)).toBe(before)
    }),
    { numRuns: 3_000 },
  )
  expect(seen).toEqual(new Set([200, 400]))
  await clock.advance(86_400_000)
  expect(logging.levels).toMatchObject({ level: 'info', overrides: [] })
  expect(clock.pending).toBe(0)
})
