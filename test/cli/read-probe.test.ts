import { expect, test } from 'vitest'
import { PROBES, readProbe } from '../../src/cli/read-probe.ts'
import { PROBE_PATHS } from '../../src/health/probe-snapshot.ts'

test('every probe of the admin server has a name, and no other', () => {
  expect(new Set(Object.values(PROBES))).toEqual(new Set(PROBE_PATHS))
})

test.each([
  ['live', '/livez'],
  ['ready', '/readyz'],
  ['start', '/startupz'],
  ['startup', '/startupz'],
  ['health', '/healthz'],
  ['readyz', '/readyz'],
  ['/livez', '/livez'],
  ['/healthz?verbose', '/healthz?verbose'],
  ['/internal/alive', '/internal/alive'],
  ['/', '/'],
])('a probe is meant by its name or its path: %s', (probe, path) => {
  expect(readProbe(probe)).toBe(path)
})

test.each(['reddy', '', 'http://127.0.0.1/livez', '/a path', '/livez#top', '/\u0000', 'constructor', 'READY'])(
  'anything else is refused with all that is allowed: %j',
  (probe) => {
    expect(() => readProbe(probe)).toThrow(
      `--probe is "${probe}", expected ready, live, start, health, or a path such as /readyz`,
    )
  },
)
