import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { toLiveLine } from '../../src/dev/live-line.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { DemoService } from './demo-service.ts'

/** Offers to open the shop once more, to be tried by hand, until Ctrl-C. */
export async function stayOpen(): Promise<void> {
  const ask = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await ask.question('\nOpen the shop again, to try it yourself until Ctrl-C? [y/N] ').catch(() => '')
  ask.close()
  if (!/^y/i.test(answer)) return
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-demo-'))
  await using receiver = createReceiver()
  const { endpoint } = await receiver.start()
  const shared = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '500', SEAWORTHY_DRAIN_DELAY: '0' }
  await using payments = await DemoService.start({ name: 'payments', env: shared })
  await using orders = await DemoService.start({
    name: 'orders',
    env: { ...shared, PAYMENTS__URL: payments.url, DATABASE__PATH: join(folder, 'orders.db') },
  })
  receiver.store.on('span', (span) => {
    const live = toLiveLine(span)
    if (live !== undefined) process.stdout.write(`  ${live.text}\n`)
  })
  process.stdout.write(`
  curl ${orders.url}/products
  curl ${orders.url}/orders --json '{"customer":"you","lines":[{"sku":"LINE-12","quantity":1}],"cardToken":"tok_visa"}'
  curl ${orders.probesUrl}/healthz?verbose

Ctrl-C ends it.
`)
  await once(process, 'SIGINT')
  process.stdout.write('\n')
  for (const service of [orders, payments]) {
    const { exitCode, durationMs } = await service.stop()
    process.stdout.write(`  ${service.name} ended with ${exitCode} after ${durationMs} ms\n`)
  }
  await rm(folder, { recursive: true, force: true })
}
