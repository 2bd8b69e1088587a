import { quantile } from '../statistics.ts'
import type { Sample } from './one-stop.ts'
import type { Results, Row } from './run.ts'

/** The page of the documentation. */
export function toPage(results: Results): string {
  return `# Zero code: before and after

Services that know nothing of Seaworthy, alone and with \`node --import seaworthy/register\`, from \`dist\`, in fresh
processes, interleaved round by round. Eight clients with a connection each, which they keep, never retry, and have
always one request in flight; 25 ms of wire each way; SIGTERM in the middle of the load; a drain delay of 500 ms. *Lost*
is a request that was sent and got no answer. Written by \`npm run bench:register -- --page\`; of times, only differences
within one run mean something. [How it works](../guide/zero-code.md).

${toTables(results)}
`
}

export function toTables({ machine, rounds, samples, packages, idle }: Results): string {
  const [bare = [], registered = []] = idle.map((each) => each.samples)
  return [
    `${machine}, ${rounds} rounds.`,
    '## Samples from the documentation of their frameworks, untouched',
    lossTable(samples),
    '## Services that have something for their end already',
    packages.length === 0
      ? 'Not measured: the packages are not installed (`npm ci` in `bench`).'
      : `Each as the documentation of the package has it; every tenth request takes 200 ms, the others 15 ms.\n\n${lossTable(packages)}`,
    '## What it costs',
    'Time and memory of the samples, medians. Most of Seaworthy is loaded in the moment after the first server has begun to listen, and the first answer waits for it; the probes are answered from then on. Processor time and memory are read once that is over.',
    costTable(samples),
    `A process in which nothing listens (\`node -p 0\`, with the option inherited by \`NODE_OPTIONS\`) takes ${ms(median(bare.map(({ tookMs }) => tookMs)))} ms and ${mib(median(bare.map(({ rssMiB }) => rssMiB)))} MiB without it, ${ms(median(registered.map(({ tookMs }) => tookMs)))} ms and ${mib(median(registered.map(({ rssMiB }) => rssMiB)))} MiB with it.`,
  ].join('\n\n')
}

function lossTable(rows: readonly Row[]): string {
  return [
    '| service | register | sent | lost | 503 | spans that arrived | exit | ms from SIGTERM to the end |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map(({ subject, registered, samples }) => {
      const sum = (of: (sample: Sample) => number): number => samples.reduce((total, sample) => total + of(sample), 0)
      const exits = [...new Set(samples.map(({ exit }) => exit))].join(', ')
      const spans = registered ? String(sum((each) => each.spans)) : 'none'
      return `| ${subject} | ${registered ? 'yes' : 'no'} | ${sum((each) => each.sent)} | ${sum((each) => each.failed)} | ${sum((each) => each.status503)} | ${spans} | ${exits} | ${ms(median(samples.map(({ stopMs }) => stopMs)))} |`
    }),
  ].join('\n')
}

function costTable(rows: readonly Row[]): string {
  const line = ({ subject, registered, samples }: Row): string => {
    const of = (key: 'readyMs' | 'cpuMs' | 'rssMiB'): number => median(samples.map((sample) => sample[key]))
    return `| ${subject} | ${registered ? 'yes' : 'no'} | ${ms(of('readyMs'))} | ${ms(of('cpuMs'))} | ${mib(of('rssMiB'))} |`
  }
  return [
    '| service | register | spawn to first answer, ms | processor time, ms | RSS, MiB |',
    '|---|---|---|---|---|',
    ...rows.map(line),
  ].join('\n')
}

function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

function ms(value: number): number {
  return Math.round(value)
}

function mib(value: number): string {
  return value.toFixed(1)
}
