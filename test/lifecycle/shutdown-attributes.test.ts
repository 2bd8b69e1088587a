import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  phaseDurationAttribute,
  SHUTDOWN_ATTRIBUTES,
  SHUTDOWN_EVENTS,
} from '../../src/lifecycle/shutdown-attributes.ts'

test('every name is in the table of the guide: it is a public contract', () => {
  const guide = readFileSync(new URL('../../docs/guide/shutdown.md', import.meta.url), 'utf8')
  const names = [...Object.values(SHUTDOWN_ATTRIBUTES), phaseDurationAttribute('drain')]
  for (const name of names) expect(guide).toContain(`| \`${name}\``)
  expect(guide).toContain(`the event name \`${SHUTDOWN_EVENTS.ended}\``)
})
