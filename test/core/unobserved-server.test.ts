import { createServer, type IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { isUnobserved, markUnobserved } from '../../src/core/unobserved-server.ts'

async function ask(mark: boolean): Promise<boolean | undefined> {
  let seen: boolean | undefined
  const server = createServer((request: IncomingMessage, response) => {
    seen = isUnobserved(request)
    response.end()
  })
  if (mark) markUnobserved(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return seen
}

test('a request to a server that was marked is not observed', async () => {
  expect(await ask(true)).toBe(true)
})

test('any other request is', async () => {
  expect(await ask(false)).toBe(false)
})

test('a server that was marked is not seen by who patches the class of servers, as instrumentations do', async () => {
  const seen: string[] = []
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the server below
  const { emit } = Server.prototype
  Server.prototype.emit = function (this: Server, ...args: unknown[]) {
    seen.push(String(args[0]))
    return Reflect.apply(emit, this, args)
  } as typeof emit
  onTestFinished(() => void (Server.prototype.emit = emit))
  await ask(true)
  expect(seen).not.toContain('request')
  await ask(false)
  expect(seen).toContain('request')
})
