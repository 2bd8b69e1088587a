import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { DependencyFact, Facts } from '../../../src/trial/facts.ts'
import { serviceFacts } from './sailed-voyage.ts'

const TELEMETRY = { traces: true, metrics: true, logs: true } as const

/** The shop on the runtime, from source: a service with nothing to complain of. */
export function shopOnRuntime(changes: Partial<Facts> = {}): Facts {
  const file = join(import.meta.dirname, '..', 'services', 'telemetry-by-runtime.mjs')
  return serviceFacts('telemetry-by-runtime', [], {
    command: [process.execPath, '--conditions=seaworthy-source', file],
    startupMs: { value: 15_000, origin: 'default' },
    telemetry: TELEMETRY,
    standsBeside: true,
    ...changes,
  })
}

/** The shop with the SDK of OpenTelemetry and these defects. */
export function shopOnSdk(defects: readonly string[], changes: Partial<Facts> = {}): Facts {
  return serviceFacts('telemetry-by-sdk', defects, {
    startupMs: { value: 15_000, origin: 'default' },
    telemetry: TELEMETRY,
    standsBeside: true,
    ...changes,
  })
}

/** What the shops ask for what is left: answers at once, whatever it is asked. */
export async function startStock(): Promise<AsyncDisposable & { readonly dependencies: readonly DependencyFact[] }> {
  const server = createServer((_request, response) => response.end('7\n')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    dependencies: [
      {
        name: 'stock',
        variable: 'STOCK_URL',
        template: 'http://{host}:{port}',
        host: '127.0.0.1',
        port,
        protocol: 'http',
        origin: 'flag',
      },
    ],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
