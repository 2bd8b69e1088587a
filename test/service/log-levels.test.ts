import { closeSync, openSync } from 'node:fs'
import type { Logger } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { quietService } from './open-service.ts'

test('a service has the levels of its components at hand', async () => {
  const fd = openSync('/dev/null', 'w')
  onTestFinished(() => closeSync(fd))
  const service = quietService({ logging: { level: 'warn', fd } })
  onTestFinished(async () => void (await service.stop()))
  let ofDb: Logger | undefined
  service.resource('db', { start: ({ log }) => (ofDb = log) })
  expect(() => service.logLevels).toThrow(expect.objectContaining({ code: 'SEA_SERVICE_NOT_STARTED' }))
  await service.start()
  service.logLevels.setLevel('debug', { logger: 'db', ttl: '10m' })
  expect([ofDb?.level, service.log.level]).toEqual(['debug', 'warn'])
  expect(service.logLevels.levels).toMatchObject({ level: 'warn', loggers: { db: 'debug' } })
  expect(service.logLevels.clearLevel('db')).toBe(true)
  expect(ofDb?.level).toBe('warn')
})
