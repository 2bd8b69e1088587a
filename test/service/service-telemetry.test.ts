import { trace } from '@opentelemetry/api'
import { expect, onTestFinished, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { createService, type Service } from '../../src/service/service.ts'
import type { ServiceOptions } from '../../src/service/service-options.ts'

function create(telemetry: ServiceOptions['telemetry'], env: Readonly<Record<string, string>> = {}): Service {
  const service = createService({
    name: 'orders',
    env: { SEAWORTHY_SPOOL_DIR: 'off', ...env },
    admin: false,
    logging: { level: 'silent' },
    shutdown: { drainDelay: 0, flush: '2s' },
    finalFlush: new FinalFlush(),
    isTerminal: false,
    ...(telemetry === undefined ? {} : { telemetry }),
  })
  onTestFinished(() => void service.stop())
  return service
}

test('the plan of a running service is seen and swapped at the service, and its account is there', async () => {
  await using receiver = createReceiver()
  const { endpoint } = await receiver.start()
  const service = create({ sampling: { default: { probability: 0 } } }, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
  expect(() => service.telemetry).toThrow(
    expect.toSatisfy((error: unknown) => isSeaworthyError(error, 'SEA_SERVICE_NOT_STARTED')),
  )
  await service.start()
  const { telemetry } = service
  trace.getTracer('test').startSpan('before').end()
  telemetry?.sampling.swap({ default: { probability: 1 } })
  trace.getTracer('test').startSpan('after').end()
  expect(telemetry?.account().traces).toMatchObject({ created: 1, pending: 1 })
  expect(telemetry?.failures()).toEqual({})
  expect(telemetry?.resource['service.name']).toBe('orders')
  await service.stop()

  const names = receiver.store.spans().map(({ name }) => name)
  expect(names).toContain('after')
  expect(names).not.toContain('before')
})

test('a service without telemetry has none to be asked', async () => {
  const service = create(false)
  await service.start()
  expect(service.telemetry).toBeUndefined()
})

test('requests of probes leave no spans, those of groups of its own neither', async () => {
  await using receiver = createReceiver()
  const { endpoint } = await receiver.start()
  const service = createService({
    name: 'orders',
    env: { SEAWORTHY_SPOOL_DIR: 'off', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    admin: false,
    health: { groups: ['reports', { name: 'billing', probed: false }] },
    logging: { level: 'silent' },
    shutdown: { drainDelay: 0, flush: '2s' },
    finalFlush: new FinalFlush(),
    isTerminal: false,
  })
  onTestFinished(() => void service.stop())
  const web = service.listener('web', {
    host: '127.0.0.1',
    probes: true,
    start: () => (_request, response) => response.end('served'),
  })
  await service.start()
  const paths = ['/readyz', '/healthz/reports', '/healthz/reports?verbose', '/healthz/billing', '/orders']
  for (const path of paths) await (await fetch(`${service.address(web)?.url}${path}`)).text()
  await service.stop()

  const seen = receiver.store.spans().flatMap(({ attributes }) => attributes['url.path'] ?? [])
  expect(seen).toEqual(['/healthz/billing', '/orders'])
})
