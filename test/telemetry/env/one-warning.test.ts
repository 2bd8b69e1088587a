import { expect, test } from 'vitest'
import { applyEnvironmentAliases } from '../../../src/config/environment-aliases.ts'
import { readTelemetryEnv } from '../../../src/telemetry/env/telemetry-env.ts'

test.each(['OTEL_EXPORTR_OTLP_HEADERS', 'OTEL_LOG_LEVEL', 'SEAWORTHY_LOGLEVEL'])(
  '%s is warned of once by all that a service reads of its environment',
  (name) => {
    const { env, warnings } = applyEnvironmentAliases({ [name]: 'x' })
    const all = [...warnings, ...readTelemetryEnv(env).warnings]
    expect(all.filter((warning) => warning.includes(name))).toHaveLength(1)
  },
)
