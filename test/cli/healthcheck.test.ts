import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from './run-command.ts'

async function serve(statusOf: (path: string) => number | 'never'): Promise<number> {
  const server = createServer((request, response) => {
    const status = statusOf(request.url ?? '')
    if (status !== 'never') response.writeHead(status).end(`status ${status}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('a service that is ready is healthy: exit 0', async () => {
  const port = await serve((path) => (path === '/readyz' ? 200 : 404))
  expect(await runCommand(['healthcheck', '--port', String(port)])).toEqual({
    code: 0,
    stdout: `healthy: http://127.0.0.1:${port}/readyz answered 200\n`,
    stderr: '',
  })
})

test('a service that is not ready is not healthy: exit 1', async () => {
  const port = await serve(() => 503)
  expect(await runCommand(['healthcheck'], { SEAWORTHY_ADMIN_PORT: String(port) })).toMatchObject({
    code: 1,
    stdout: `not healthy: http://127.0.0.1:${port}/readyz answered 503\n`,
  })
})

test('a redirect is not healthy: whoever answers so is no probe', async () => {
  const port = await serve(() => 302)
  expect((await runCommand(['healthcheck', '--port', String(port)])).code).toBe(1)
})

test('nobody there is not healthy: exit 1, with the reason', async () => {
  const { code, stdout } = await runCommand(['healthcheck', '--port', '1', '--json'])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    url: 'http://127.0.0.1:1/readyz',
    healthy: false,
    problem: expect.stringContaining('ECONNREFUSED'),
  })
})

test('a service that does not answer in time is not healthy', async () => {
  const port = await serve(() => 'never')
  const { code, stdout } = await runCommand(['healthcheck', '--port', String(port), '--timeout', '100ms'])
  expect(code).toBe(1)
  expect(stdout).toContain('did not answer within 100 ms')
})

test('another probe can be asked, by its name or by its path', async () => {
  const port = await serve((path) => (path === '/livez' ? 200 : 503))
  expect((await runCommand(['healthcheck', '--port', String(port), '--probe', 'live'])).code).toBe(0)
  expect((await runCommand(['healthcheck', '--port', String(port), '--probe', '/livez'])).code).toBe(0)
})

test('a port, a path or a time that is none is wrong usage: exit 2', async () => {
  expect(await runCommand(['healthcheck', '--port', 'abc'], { SEAWORTHY_ADMIN_PORT: 'xyz' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--port is "abc", expected a whole number from 1 to 65535\n'),
  })
  expect(await runCommand(['healthcheck'], { SEAWORTHY_ADMIN_PORT: 'xyz' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('SEAWORTHY_ADMIN_PORT is "xyz"'),
  })
  expect(await runCommand(['healthcheck', '--probe', 'reddy'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--probe is "reddy", expected ready, live, [^]*Did you mean "ready"\?/),
  })
  expect((await runCommand(['healthcheck', '--timeout', 'soon'])).code).toBe(2)
})
