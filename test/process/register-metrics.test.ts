import { expect, test } from 'vitest'
import { parsePage } from '../telemetry/prometheus/open-metrics-parser.ts'
import { startApplication } from './start-registered.ts'

test('an application with seaworthy/register can be scraped, without a collector', async () => {
  await using app = await startApplication('none', {
    OTEL_SDK_DISABLED: '',
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  })
  await (await fetch(app.url)).text()
  const answer = await fetch(`${app.adminUrl}/metrics`, { headers: { accept: 'application/openmetrics-text' } })
  const families = parsePage(await answer.text(), { isOpenMetrics: true })
  const duration = families.find(({ name }) => name === 'http_server_request_duration_seconds')
  expect(duration?.samples.filter(({ name }) => name.endsWith('_count'))).toMatchObject([{ value: 1 }])
})
