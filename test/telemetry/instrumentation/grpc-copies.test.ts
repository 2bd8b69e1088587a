import * as grpc from '@grpc/grpc-js'
import { trace } from '@opentelemetry/api'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../../scripts/repository-files.ts'
import { deliverSpans, startTelemetry } from '../telemetry-fixture.ts'
import { CLIENT, SERVER, startGrpc } from './grpc-fixture.ts'

const require = createRequire(import.meta.url)

/** The same package under a name by which nobody finds it, as in a bundle. */
function loadHiddenCopy(): typeof grpc {
  const cache = join(ROOT, 'node_modules/.cache/seaworthy')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'grpc-copy-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(dirname(require.resolve('@grpc/grpc-js/package.json')), folder, { recursive: true, dereference: true })
  return require(join(folder, 'build/src/index.js')) as typeof grpc
}

async function place({ Client, credentials }: typeof grpc, target: string): Promise<unknown> {
  const client = new Client(target, credentials.createInsecure())
  const pass = (value: Buffer): Buffer => value
  const error = await new Promise((resolve) => {
    client.makeUnaryRequest('/shop.Orders/Place', pass, pass, Buffer.from('order'), resolve)
  })
  client.close()
  return error
}

test('of two copies of grpc-js each call has one span, also those of the one that nobody finds', async () => {
  const hidden = loadHiddenCopy()
  expect(hidden.Channel).not.toBe(grpc.Channel)
  await using started = await startTelemetry()
  await using server = await startGrpc({ Place: (_call, callback) => callback(null, 'placed') })
  for (const copy of [grpc, hidden, grpc]) {
    await trace.getTracer('program').startActiveSpan('request', async (span) => {
      expect(await place(copy, server.target)).toBeNull()
      span.end()
    })
  }
  const spans = await deliverSpans(started, 9)
  expect(spans).toHaveLength(9)
  for (const { spanId, traceId } of spans.filter(({ name }) => name === 'request')) {
    const client = spans.find(({ kind, parentSpanId }) => kind === CLIENT && parentSpanId === spanId)
    const taken = spans.find(({ kind, parentSpanId }) => kind === SERVER && parentSpanId === client?.spanId)
    expect(taken?.traceId).toBe(traceId)
  }
  const [series] = started.receiver.store.metrics({ name: 'rpc.client.call.duration' })
  expect(series?.latest).toMatchObject({ count: 3 })
})
