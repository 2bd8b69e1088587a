/**
 * The process under measurement: the same server three times, twice bare and once with its ledger. It tells on demand
 * how much processor time it has used.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../src/core/clock.ts'
import { trackServer } from '../../src/server/track-server.ts'

export type ServerName = 'bare' | 'bare again' | 'tracked'

export interface Ports {
  readonly ports: Readonly<Record<ServerName, number>>
}

export interface CpuReading {
  readonly cpuUs: number
}

async function start(isTracked: boolean): Promise<number> {
  const server: Server = createServer((_, response) => void response.end('hello'))
  server.keepAliveTimeout = 0
  if (isTracked) trackServer(server, { clock: systemClock, name: 'bench' })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const ports: Ports['ports'] = {
  bare: await start(false),
  tracked: await start(true),
  'bare again': await start(false),
}
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuUs: user + system } satisfies CpuReading)
})
process.on('disconnect', () => process.exit())
process.send?.({ ports } satisfies Ports)
