import { expect, test } from 'vitest'
import { createService } from '../../src/public/index.ts'

const options = { name: 'orders', telemetry: false, admin: false } as const

test('a service has the groups of checks that it declares', async () => {
  await using service = createService({ ...options, health: { groups: ['reports'] }, env: {} })
  service.check({ name: 'warehouse', groups: ['reports'], check: () => false })
  await service.start()

  const { checks } = service.health.report()
  expect(checks['warehouse']?.status).toBe('unhealthy')
  expect(service.health.report('ready').status).toBe('healthy')
  expect(service.health.snapshot().groups).toEqual([{ name: 'reports', probed: true, requiresReady: false }])
})

test('a check of a service that names a group which was not declared is refused, with the nearest', () => {
  const service = createService({ ...options, health: { groups: ['reports'] }, env: {} })

  expect(() => service.check({ name: 'warehouse', groups: ['report'], check: () => {} })).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: expect.stringContaining('Did you mean "reports"?'),
    }),
  )
})

test('a check of a service can not be for liveness, neither by its type nor at run time', () => {
  const service = createService({ ...options, env: {} })

  expect(() =>
    service.check({
      name: 'db',
      // @ts-expect-error there is no such group
      groups: ['live'],
      check: () => {},
    }),
  ).toThrow(expect.objectContaining({ message: expect.stringContaining('check "db": "groups" holds "live"') }))
})

test('groups of a service that are wrong are refused before anything is started', () => {
  expect(() => createService({ ...options, health: { groups: ['live'] }, env: {} })).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: expect.stringContaining('liveness takes no checks'),
    }),
  )
})

test('whoever may see details is told which service answers, and of which version', async () => {
  await using service = createService({
    name: 'orders',
    version: '1.2.3',
    telemetry: false,
    admin: { port: 0, host: '127.0.0.1', offLoop: false },
    logging: { level: 'silent' },
    env: {},
  })
  await service.start()

  const answer = await fetch(`${service.adminAddress?.url}/readyz?format=health%2Bjson`)

  expect(await answer.json()).toMatchObject({ status: 'pass', serviceId: 'orders', version: '1.2.3' })
})
