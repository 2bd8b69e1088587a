import { createServer } from 'node:net'
import type { DependencyFact, Facts } from '../../../src/trial/facts.ts'
import { READY_AND_LIVE, serviceFacts } from './sailed-voyage.ts'

/** Facts of `start-and-probes.mjs` with one defect. */
export function factsOf(defect: string, changes: Partial<Facts> = {}): Facts {
  return serviceFacts('start-and-probes', [defect], {
    probes: READY_AND_LIVE,
    normal: { listeningAfterMs: 100, readyAfterMs: 300, exitAfterMs: 700 },
    standsBeside: defect !== 'hard-coded-port',
    ...changes,
  })
}

/** Something to depend on: greets whoever connects. */
export async function startDependency(): Promise<AsyncDisposable & { readonly fact: DependencyFact }> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.write('hello')
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    fact: {
      name: 'db',
      variable: 'DEPENDENCY',
      template: 'tcp://{host}:{port}',
      host: '127.0.0.1',
      port: address.port,
      protocol: 'tcp',
      origin: 'flag',
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}
