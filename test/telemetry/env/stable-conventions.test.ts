import { expect, test } from 'vitest'
import { describeUnsupported } from '../../../src/telemetry/env/unsupported-variables.ts'

test.each([
  ['http', 0],
  ['database', 0],
  ['http,database', 0],
  // Both conventions at once is what nothing here does.
  ['database/dup', 1],
])('to ask for the stable conventions of %s puzzles nobody with %d warnings', (value, count) => {
  expect(describeUnsupported({ OTEL_SEMCONV_STABILITY_OPT_IN: value })).toHaveLength(count)
})
