import { describe, expect, test } from 'vitest'
import { startReceiver, type TestReceiver } from 'seaworthy/testing'
import { REGISTER, type RegisteredProgram, startRegistered } from './start-registered.ts'

const AUTO = '@opentelemetry/auto-instrumentations-node/register'
const ORDERS = [
  ['before', ['--import', AUTO, ...REGISTER]],
  ['behind', [...REGISTER, '--import', AUTO]],
  ['before, by --require,', ['--require', AUTO, ...REGISTER]],
] as const

function start(
  name: string,
  receiver: TestReceiver,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  return startRegistered(
    new URL('services/registered/traced.cjs', import.meta.url),
    {
      CASE: name,
      ...receiver.environment(),
      OTEL_SDK_DISABLED: 'false',
      OTEL_SERVICE_NAME: 'shop',
      // Nothing would be delivered before the end.
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      // It would ask the metadata services of three clouds.
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      SEAWORTHY_DRAIN_DELAY: '200ms',
      ...env,
    },
    { flags },
  )
}

async function stopDuringRequest(app: RegisteredProgram) {
  await fetch(`${app.url}/`)
  await fetch(`${app.adminUrl}/readyz`)
  const answer = fetch(`${app.url}/?waitMs=300`).then((response) => response.text())
  await app.line('request /?waitMs=300')
  app.kill('SIGTERM')
  return { answer: await answer, exit: await app.exit }
}

const CLEAN = { answer: 'answered', exit: { code: 0, signal: null } }

describe.each(ORDERS)(`${AUTO} %s seaworthy/register`, (_order, flags) => {
  test.each(['none', 'exits at once', 'closes, then exits'])(
    'a handler: %s. Every request has one span, also the one in flight, and so has the shutdown; the probes have none',
    async (name) => {
      await using receiver = await startReceiver()
      await using app = await start(name, receiver, flags)
      expect(await stopDuringRequest(app)).toEqual(CLEAN)
      expect(receiver.spans({ service: 'shop', kind: 'server' })).toHaveLength(2)
      expect(receiver.spans({ service: 'shop', name: 'shutdown' })).toHaveLength(1)
      expect(app.report()).toMatchObject({ clean: true, flush: { opentelemetry: { complete: true } } })
      const told = app.log().filter(({ msg }) => msg.includes('SDK of its own'))
      expect(told).toHaveLength(1)
      expect(told[0]).toMatchObject({ level: 'warn', preloaded: [AUTO] })
    },
  )
})

test('an SDK that the application starts in its first line is found and left alone, too', async () => {
  await using receiver = await startReceiver()
  await using app = await start('starts an SDK itself', receiver, REGISTER)
  expect(await stopDuringRequest(app)).toEqual(CLEAN)
  expect(receiver.spans({ service: 'shop', kind: 'server' })).toHaveLength(2)
})

test('a collector that does not answer costs the slice of the flush, is reported, and leaves the exit code alone', async () => {
  const never = new Promise<undefined>(() => {})
  await using receiver = await startReceiver({ respond: () => never })
  const [[, flags]] = ORDERS
  await using app = await start('none', receiver, flags, { SEAWORTHY_FLUSH: '300ms' })
  expect(await stopDuringRequest(app)).toEqual(CLEAN)
  expect(app.report()).toMatchObject({ clean: true, flush: { opentelemetry: { complete: false } } })
})
