import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { chooseAdminPort } from '../../src/dev/admin-port.ts'
import { freePort } from '../../src/process/free-port.ts'

test('the usual port is taken when it is free', async () => {
  const usual = await freePort()
  expect(await chooseAdminPort({}, usual)).toBe(usual)
})

test('when the usual port is taken, any free one is', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void holder.close())
  const { port } = holder.address() as AddressInfo
  expect(await chooseAdminPort({}, port)).not.toBe(port)
})

test('the environment decides, and 0 there is any free port', async () => {
  expect(await chooseAdminPort({ SEAWORTHY_ADMIN_PORT: '7070' })).toBe(7070)
  expect(await chooseAdminPort({ SEAWORTHY_ADMIN_PORT: '0' })).toBeGreaterThan(0)
  await expect(chooseAdminPort({ SEAWORTHY_ADMIN_PORT: 'abc' })).rejects.toMatchObject({ code: 'SEA_ENV_INVALID' })
})
