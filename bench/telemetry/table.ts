import type { Row } from './rows.ts'
import { round } from './rows.ts'

/** The tour as text for a terminal. */
export function toTable(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ variant }) => variant.name.length))
  return [
    `${'variant'.padEnd(width)}  throughput of its base [quartiles]   CPU µs/request   added   p99 ratio   RSS MiB   spans / requests`,
    ...rows.map(({ variant, throughput, cpuUs, cpuAddedUs, p99Ratio, rssMiB, spans, answered }) => {
      const quartiles = `[${throughput.q25.toFixed(2)} … ${throughput.q75.toFixed(2)}]`
      return [
        variant.name.padEnd(width),
        `${throughput.median.toFixed(2)} ${quartiles}`.padStart(20).padEnd(35),
        cpuUs.toFixed(1).padStart(14),
        cpuAddedUs.median.toFixed(1).padStart(7),
        p99Ratio.toFixed(2).padStart(11),
        rssMiB.toFixed(0).padStart(9),
        `   ${spans} / ${answered} (${round(spans / answered, 3)})`,
      ].join(' ')
    }),
  ].join('\n')
}
