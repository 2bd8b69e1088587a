import { expect, test } from 'vitest'
import { createTelemetry } from '../../src/telemetry/telemetry.ts'

test('every problem of the options comes at once; an environment that was left out is one', () => {
  expect(() => createTelemetry({ serviceName: '', instrumnet: {} } as never)).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: expect.stringMatching(
        /"serviceName".*"env" is required: usually process\.env.*Did you mean "instrument"\?/s,
      ),
    }),
  )
})
