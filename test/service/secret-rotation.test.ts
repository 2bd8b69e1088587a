import { closeSync, openSync, readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createService, toSecret } from 'seaworthy'
import { temporaryFiles } from '../config/temporary-files.ts'
import { quiet } from './open-service.ts'
import { mountedSecret } from './tls/mounted-secret.ts'

const schema = z.object({
  database: z.object({ url: z.string(), password: z.string().min(8).transform(toSecret) }),
})

const OLD = 'canary-old-4711'
const NEW = 'canary-new-0815'
const SHORT = 'cnry'

test('a password that is rotated in a mounted secret reaches the configuration, and no output', async () => {
  await using secret = await mountedSecret({ password: `${OLD}\n` })
  await using files = await temporaryFiles({ 'a.yaml': 'database: { url: "postgres://db/orders" }\n', log: '' })
  const fd = openSync(files.path('log'), 'a')
  onTestFinished(() => closeSync(fd))
  const service = createService(
    quiet({
      config: {
        schema,
        files: [files.path('a.yaml')],
        reload: { debounce: 20, pollInterval: '1h', postCheck: false },
      },
      env: { OTEL_SDK_DISABLED: 'true', DATABASE__PASSWORD_FILE: secret.path('password') },
      logging: { level: 'trace', fd },
    }),
  )
  onTestFinished(async () => void (await service.stop()))
  await service.start()
  const outputs: string[] = []
  const password = () => (service.config as z.output<typeof schema>).database.password.reveal()
  const look = async () => {
    const base = service.adminAddress?.url
    outputs.push(service.explainConfig(), JSON.stringify(service.config), JSON.stringify(service.configState))
    for (const path of ['/-/config', '/-/config?format=text', '/readyz?verbose', '/metrics']) {
      outputs.push(await (await fetch(`${base}${path}`)).text())
    }
    outputs.push(await (await fetch(`${base}/-/reload`, { method: 'POST', headers: {} })).text())
  }
  expect(password()).toBe(OLD)
  await look()

  await secret.swap({ password: `${NEW}\n` })
  await expect.poll(password, { timeout: 10_000 }).toBe(NEW)
  expect(service.configState?.generation).toBe(2)
  await look()

  // Too short for the schema, which says so in its message.
  await secret.swap({ password: `${SHORT}\n` })
  await expect.poll(() => service.configState?.lastReloadSuccessful, { timeout: 10_000 }).toBe(false)
  expect(password()).toBe(NEW)
  expect(service.configState?.lastRejection?.reason).toContain('database.password = [secret]')
  await look()

  await service.stop()
  outputs.push(readFileSync(files.path('log'), 'utf8'))
  expect(outputs.at(-1)).toContain('config.reloaded')
  for (const canary of [OLD, NEW, SHORT]) expect(outputs.filter((text) => text.includes(canary))).toEqual([])
})
