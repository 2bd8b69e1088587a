import type { Measurement } from './results.ts'

export function toPage(measurement: Measurement): string {
  return `# Drain\n\n${measurement.date}\n`
}
