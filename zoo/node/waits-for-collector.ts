// Defect: does not listen before the collector has answered.
import { setTimeout as pause } from 'node:timers/promises'
import { sail } from './base.ts'

await sail({
  async beforeListening() {
    const url = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? 'http://127.0.0.1:4318'
    while (
      !(await fetch(url).then(
        () => true,
        () => false,
      ))
    )
      await pause(200)
  },
})
