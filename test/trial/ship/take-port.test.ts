import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { quietPort } from '../../../src/process/quiet-port.ts'
import { takePort } from '../../../src/trial/ship/take-port.ts'

const isLinux = process.platform === 'linux'

/** What listening there ends with. */
function listenOn(port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    server.listen({ port, host }, () => server.close(() => resolve('listens')))
  })
}

test.each(['127.0.0.1', '0.0.0.0', '::'])(
  'nobody can listen on %s while the port is taken, and then they can',
  async (host) => {
    const port = await quietPort('127.0.0.1')
    {
      await using taken = await takePort(port, { isLinux })
      expect(taken.addresses).toContain('127.0.0.1')
      expect(await listenOn(port, host)).toBe('EADDRINUSE')
    }
    expect(await listenOn(port, host)).toBe('listens')
  },
)

test('a port that somebody else has on every address is not taken', async () => {
  const port = await quietPort('127.0.0.1')
  const other = createServer()
  await new Promise<void>((resolve) => void other.listen(port, '::', resolve))
  await using taken = await takePort(port, { isLinux })
  expect(taken.addresses).toEqual([])
  await new Promise((resolve) => void other.close(resolve))
})
