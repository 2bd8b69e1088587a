import { createServer } from 'node:http'
import type { Facts } from '../../../src/trial/facts.ts'
import { serviceFacts } from './sailed-voyage.ts'

/** A stock that answers everything, and a service that waits on it as it is told. */
export async function stockFacts(
  how: string,
  close: (end: () => void) => void,
  changes: Partial<Facts> = {},
): Promise<Facts> {
  const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  close(() => server.closeAllConnections())
  server.unref()
  const { port } = server.address() as { port: number }
  const stock = {
    name: 'stock',
    variable: 'DEP_URL',
    template: 'http://{host}:{port}/',
    host: '127.0.0.1',
    port,
    protocol: 'http',
    origin: 'found',
  } as const
  return serviceFacts('waits-on-dependency', [how], { dependencies: [stock], ...changes })
}
