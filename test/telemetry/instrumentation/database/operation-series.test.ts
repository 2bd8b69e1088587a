import { expect, test } from 'vitest'
import {
  type OperationIdentity,
  OperationMetrics,
} from '../../../../src/telemetry/instrumentation/database/operation-series.ts'
import { Metrics } from '../../metrics/metrics-fixture.ts'

const IDENTITY: OperationIdentity = {
  system: 'mysql',
  operation: 'SELECT',
  collection: 'orders',
  namespace: 'shop',
  serverAddress: 'db.example',
  serverPort: 3306,
}

test('whatever two operations differ in, they are two series, and the same are one', () => {
  const metrics = new OperationMetrics(new Metrics().meter)
  const others: Partial<OperationIdentity>[] = [
    { system: 'mariadb' },
    { operation: 'INSERT' },
    { collection: 'customers' },
    { namespace: 'stock' },
    { serverAddress: undefined },
    { serverPort: 3307 },
  ]
  const all = [{}, ...others].map((other) => metrics.of({ ...IDENTITY, ...other }))
  expect(new Set(all).size).toBe(7)
  expect(new Set(all.map(({ attributes }) => JSON.stringify(attributes))).size).toBe(7)
  expect(metrics.of({ ...IDENTITY })).toBe(all[0])
})

test('the first 300 series are held on to', () => {
  const metrics = new OperationMetrics(new Metrics().meter)
  const of = (index: number): object => metrics.of({ ...IDENTITY, collection: `t${index}` })
  const held = Array.from({ length: 300 }, (_, index) => of(index))
  expect(of(299)).toBe(held[299])
  expect(of(300)).not.toBe(of(300))
})
