import { Metadata, type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall, status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { encodeStatus } from '../../../../src/otlp/status.ts'
import { tracesBytes } from '../../../receiver/started-receiver.ts'
import { grpc, opened } from './transport-fixture.ts'

type Answer = { readonly code: number; readonly details: string; readonly metadata?: Metadata } | undefined

/** A server of the usual library for gRPC, with messages as bytes. */
async function grpcJsServer(
  answer: (message: Buffer, metadata: Metadata, client: string) => Answer,
  options: object = {},
) {
  const bytes = {
    requestStream: false,
    responseStream: false,
    requestSerialize: (message: Buffer) => message,
    requestDeserialize: (message: Buffer) => message,
    responseSerialize: (message: Buffer) => message,
    responseDeserialize: (message: Buffer) => message,
  }
  const server = new Server(options)
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
  server.addService(
    { Export: { path, ...bytes } },
    {
      Export(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) {
        const error = answer(call.request, call.metadata, call.getPeer())
        if (error === undefined) done(null, Buffer.alloc(0))
        else done(error)
      },
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
  return {
    port,
    [Symbol.asyncDispose]: () => {
      server.forceShutdown()
      return Promise.resolve()
    },
  }
}

test.for(['none', 'gzip'])('a server of grpc-js reads what is sent, with compression %s', async (compression) => {
  const received: Buffer[] = []
  let encoding: unknown
  await using server = await grpcJsServer((message, metadata) => {
    received.push(message)
    encoding = metadata.get('x-tenant')[0]
    return undefined
  })
  using opening = await opened({
    ...grpc(server.port),
    OTEL_EXPORTER_OTLP_COMPRESSION: compression,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=blue',
  })
  const body = Array.from({ length: 5000 }, (_, index) => tracesBytes(`span ${index}`))

  expect(await opening.send({ body })).toEqual({ kind: 'delivered' })
  expect(await opening.send({ body: [] })).toEqual({ kind: 'delivered' })
  expect(received[0]).toEqual(Buffer.concat(body))
  expect(received[1]).toHaveLength(0)
  expect(encoding).toBe('blue')
})

test('its errors are understood: too large, retry later, not there', async () => {
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(encodeStatus({ code: 8, message: '', retryDelayMs: 1250 })))
  await using server = await grpcJsServer((message) =>
    message.length > 100 ? undefined : { code: status.RESOURCE_EXHAUSTED, details: 'später', metadata },
  )
  using traces = await opened(grpc(server.port))
  using logs = await opened(grpc(server.port), { signal: 'logs' })

  expect(await traces.send({ body: [Buffer.alloc(5 * 1024 * 1024)] })).toMatchObject({
    kind: 'refused',
    perhapsTooLarge: true,
  })
  expect(await traces.send({ body: [] })).toMatchObject({
    kind: 'retry',
    retryAfterMs: 1250,
    reason: expect.stringContaining('it says "später"') as string,
  })
  expect(await logs.send({ body: [] })).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('UNIMPLEMENTED') as string,
  })
})

test('a server that ends its connections by age costs nothing', async () => {
  const clients = new Set<string>()
  const options = { 'grpc.max_connection_age_ms': 250, 'grpc.max_connection_age_grace_ms': 2000 }
  await using server = await grpcJsServer((_message, _metadata, client) => void clients.add(client), options)
  using opening = await opened(grpc(server.port))
  while (clients.size < 4) expect(await opening.send()).toEqual({ kind: 'delivered' })
})
