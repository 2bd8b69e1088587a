import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { onTestFinished, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { FaultProxy } from '../../src/load/fault-proxy.ts'
import type { ProxyFault } from '../../src/load/proxy/proxy-fault.ts'
import { Random } from '../../src/load/random.ts'
import { startWireServer } from './wire-server.ts'

const fault = fc.oneof(
  fc.constant<ProxyFault | undefined>(undefined),
  fc.constant<ProxyFault>({ kind: 'blackhole' }),
  fc.record({ kind: fc.constant('slow' as const), delayMs: fc.integer({ min: 0, max: 20 }) }),
)

test('faults that come and go never change, lose or reorder a byte', { timeout: 60_000 }, async () => {
  const { port: target } = await startWireServer((socket) => void socket.pipe(socket))
  const proxy = new FaultProxy({
    clock: systemClock,
    target: { host: '127.0.0.1', port: target },
    onExchange: () => {},
  })
  const { port } = await proxy.start()
  onTestFinished(() => proxy.stop())
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(fc.record({ sizeBytes: fc.integer({ min: 1, max: 100_000 }), fault }), { minLength: 1, maxLength: 8 }),
      async (seed, steps) => {
        await proxy.setFault(undefined)
        const random = new Random(seed)
        const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
        const sent = createHash('sha256')
        const came = createHash('sha256')
        socket.on('data', (bytes) => came.update(bytes))
        const ended = once(socket, 'end')
        for (const step of steps) {
          const bytes = random.bytes(step.sizeBytes)
          sent.update(bytes)
          socket.write(bytes)
          await proxy.setFault(step.fault)
        }
        socket.end()
        await proxy.setFault(undefined)
        await ended
        expect(came.digest('hex')).toBe(sent.digest('hex'))
      },
    ),
    { numRuns: 25 },
  )
})
