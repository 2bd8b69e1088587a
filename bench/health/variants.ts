export interface Variant {
  readonly name: string
  readonly family: 'ours' | 'peer' | 'none'
  /** Of `services`. */
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  readonly setup: string
}

/** In the order of the page. */
export const VARIANTS: readonly Variant[] = [
  {
    name: 'seaworthy',
    family: 'ours',
    file: 'seaworthy.mjs',
    env: {},
    setup: '`createService()` as it comes: a thread of its own answers the probes',
  },
  {
    name: 'seaworthy on the loop',
    family: 'ours',
    file: 'seaworthy.mjs',
    env: { SEAWORTHY_ADMIN_OFF_LOOP: 'false' },
    setup: 'the same with `SEAWORTHY_ADMIN_OFF_LOOP=false`',
  },
  {
    name: 'by hand',
    family: 'none',
    file: 'by-hand.mjs',
    env: {},
    setup: 'a path of the same server that runs the check',
  },
  {
    name: '@godaddy/terminus',
    family: 'peer',
    file: 'terminus.mjs',
    env: {},
    setup: '`createTerminus(server, { healthChecks })`, as in its read-me',
  },
  {
    name: 'lightship',
    family: 'peer',
    file: 'lightship.mjs',
    env: {},
    setup: '`createLightship()` on a port of its own, as in its read-me; it has no checks',
  },
  {
    name: '@fastify/under-pressure',
    family: 'peer',
    file: 'under-pressure.mjs',
    env: {},
    setup: 'with the limits of its read-me, `healthCheck` and `exposeStatusRoute`',
  },
  {
    name: '@nestjs/terminus',
    family: 'peer',
    file: 'nest.mjs',
    env: {},
    setup: '`HealthController` with `@HealthCheck()`, as in its documentation',
  },
]
