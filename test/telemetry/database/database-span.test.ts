import { expect, test } from 'vitest'
import { DatabaseSpans } from '../../../src/telemetry/database/database-span.ts'
import { deliverSpans, startTelemetry } from '../telemetry-fixture.ts'

test.each([
  ['postgresql', 'SELECT "name" FROM orders WHERE a = ?'],
  ['mysql', 'SELECT ? FROM orders WHERE a = ?'],
  ['mariadb', 'SELECT ? FROM orders WHERE a = ?'],
])('what %s takes for a value is none of what a span says', async (system, text) => {
  await using started = await startTelemetry()
  const spans = new DatabaseSpans({ system, namespace: 'shop' })
  await spans.runAsync(`SELECT "name" FROM orders WHERE a = 'canary'`, async () => {})
  const [span] = await deliverSpans(started, 1)
  expect(span?.attributes['db.query.text']).toBe(text)
})
