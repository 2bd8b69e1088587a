import { expect, test } from 'vitest'
import { lazyCollectorOf } from '../../../src/trial/verdict/lazy-collector.ts'
import { makeFacts } from '../samples.ts'

const SILENT = { traces: false, metrics: false, logs: false }
const started = (...command: string[]) => makeFacts({ command, telemetry: SILENT })

test.each(['/usr/bin/java', 'mvn', 'node', 'npm', 'bun', 'dotnet'])('%s lets garbage lie', (name) => {
  expect(lazyCollectorOf(started(name, 'shop'))).toMatch(/\.$/)
})

test.each(['./shop', '/usr/bin/python3', 'nodemon2', 'gunicorn'])('what %s keeps resident counts', (name) => {
  expect(lazyCollectorOf(started(name))).toBeUndefined()
})

test('the language of the telemetry tells it as well', () => {
  const of = (language: string) => lazyCollectorOf({ ...started('./shop'), telemetry: { ...SILENT, language } })
  expect(of('nodejs')).toBeDefined()
  expect(of('go')).toBeUndefined()
})

test('a JVM that is told its limit is expected to keep to it', () => {
  const memoryLimitBytes = { value: 256e6, origin: 'flag' as const }
  expect(lazyCollectorOf({ ...started('java'), memoryLimitBytes })).toBeUndefined()
  expect(lazyCollectorOf(started('java'))).toContain('-Xmx')
})
