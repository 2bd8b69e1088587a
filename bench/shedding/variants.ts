import type { Variant } from '../health/variants.ts'
import { MAX_DELAY_MS } from './settings.ts'

export const OURS = 'seaworthy'
export const OURS_OFF = 'seaworthy, shedding off'

/** In the order of the page. */
export const VARIANTS: readonly Variant[] = [
  {
    name: 'node:http',
    family: 'none',
    file: 'node-http.mjs',
    env: {},
    setup: 'a bare server',
  },
  {
    name: OURS_OFF,
    family: 'ours',
    file: 'seaworthy.mjs',
    env: { BENCH_SHEDDING: 'off' },
    setup: '`createService()` and a listener with `probes: true`',
  },
  {
    name: OURS,
    family: 'ours',
    file: 'seaworthy.mjs',
    env: { BENCH_SHEDDING: 'on' },
    setup: 'the same with `shedding: true`',
  },
  {
    name: 'seaworthy with Fastify',
    family: 'ours',
    file: 'seaworthy-fastify.mjs',
    env: {},
    setup: 'the same with an application of Fastify',
  },
  {
    name: '@fastify/under-pressure',
    family: 'peer',
    file: 'under-pressure.mjs',
    env: { BENCH_LIMITS: JSON.stringify({ maxEventLoopDelay: MAX_DELAY_MS }) },
    setup: `with \`maxEventLoopDelay: ${MAX_DELAY_MS}\`, which is what ours has, and \`exposeStatusRoute\``,
  },
  {
    name: '@fastify/under-pressure, read-me',
    family: 'peer',
    file: 'under-pressure.mjs',
    env: {
      BENCH_LIMITS: JSON.stringify({
        maxEventLoopDelay: 1000,
        maxHeapUsedBytes: 1_000_000_000,
        maxRssBytes: 1_000_000_000,
        maxEventLoopUtilization: 0.98,
      }),
    },
    setup: 'with the limits of its read-me (1 s, 98 % of utilization), and `exposeStatusRoute`',
  },
]
