import { expect, test } from 'vitest'
import {
  isGrpc,
  nameGrpcStatus,
  parseGrpcTimeout,
  statusOfHttp,
  statusOfReset,
} from '../../../src/telemetry/instrumentation/grpc-status.ts'
import { parseGrpcTarget } from '../../../src/telemetry/instrumentation/host-and-port.ts'

test.for([
  ['orders:50051', 'orders', 50_051],
  ['orders', 'orders', 443],
  ['dns:orders.shop.svc:50051', 'orders.shop.svc', 50_051],
  ['dns:///orders:50051', 'orders', 50_051],
  ['dns://8.8.8.8/orders', 'orders', 443],
  ['ipv4:10.0.0.1:50051,10.0.0.2:50052', '10.0.0.1', 50_051],
  ['ipv6:[2001:db8::1]:50051', '2001:db8::1', 50_051],
  ['[::1]:50051', '::1', 50_051],
  ['unix:/run/orders.sock', '/run/orders.sock', undefined],
  ['unix:///run/orders.sock', '/run/orders.sock', undefined],
  ['xds:///orders', 'orders', 443],
  ['', '', undefined],
] as const)('the target %s is %s, port %s', ([target, host, port]) => {
  expect(parseGrpcTarget(target)).toEqual({ host, port })
})

test('codes, times and types of gRPC are read as its protocol has them', () => {
  expect([0, '5', 16, '17', -1, 'x', undefined].map(nameGrpcStatus)).toEqual([
    'OK',
    'NOT_FOUND',
    'UNAUTHENTICATED',
    'UNKNOWN',
    'UNKNOWN',
    'UNKNOWN',
    'UNKNOWN',
  ])
  expect(['1H', '2M', '3S', '4m', '5u', '6n', '', '1x', '123456789S', undefined].map(parseGrpcTimeout)).toEqual([
    3_600_000,
    120_000,
    3000,
    4,
    expect.closeTo(0.005),
    expect.closeTo(0.000006),
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  const types = [
    'application/grpc',
    'application/grpc+proto',
    'application/grpc;charset=x',
    'application/grpc-web',
    'text/x',
  ]
  expect(types.map(isGrpc)).toEqual([true, true, true, false, false])
  expect([400, 401, 403, 404, 429, 500, 503].map(statusOfHttp)).toEqual([
    'INTERNAL',
    'UNAUTHENTICATED',
    'PERMISSION_DENIED',
    'UNIMPLEMENTED',
    'UNAVAILABLE',
    'UNKNOWN',
    'UNAVAILABLE',
  ])
})

test('a stream that is reset has the status that its code means', () => {
  expect([0x7, 0x8, 0xb, 0xc, 0x1, 0xd].map(statusOfReset)).toEqual([
    'UNAVAILABLE',
    'CANCELLED',
    'RESOURCE_EXHAUSTED',
    'PERMISSION_DENIED',
    'INTERNAL',
    'INTERNAL',
  ])
})
