import type { Route } from '../facts.ts'
import { canarySettings, makeCanaries } from '../history/canaries.ts'
import { SECRETS_LOAD, SECRETS_SENT } from '../history/marks/secrets.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { withPassword } from '../ship/with-password.ts'
import { defineVoyage } from '../voyage.ts'

/** Until metrics are exported of their own accord a minute may pass; a stop flushes them. */
const EXPORT_INTERVAL_MS = '500'
const AWAY_MS = 1500
const TIMEOUT_MS = 2500
const QUIET = { quietMs: 700, timeoutMs: 3000 }
/** Every way to end once and again: what is logged only the second time is logged, too. */
const TIMES = 2

export default defineVoyage({
  id: 'secrets',
  title: 'secrets',
  description:
    'Unique tokens stand where secrets are: in headers, query, body, in the addresses of dependencies and in OTEL_EXPORTER_OTLP_HEADERS. ' +
    'Requests end well, with 4xx, are malformed, have a broken body, and find the dependencies away.',
  seconds: { quick: 0, default: 5 },
  sailsInCompany: true,
  async sail(bridge) {
    const { facts, random, pace } = bridge
    const withPasswords = facts.dependencies.flatMap((dependency) => {
      const template = withPassword(dependency.template, 'canary')
      return template === undefined ? [] : [dependency]
    })
    const canaries = makeCanaries(
      random,
      withPasswords.map(({ variable }) => variable),
    )
    await using ship = await bridge.launch({
      label: 'secrets',
      settings: canarySettings(canaries),
      env: {
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${canaries['otlp-headers'] ?? ''}`.replace(' ', '%20'),
        OTEL_METRIC_EXPORT_INTERVAL: EXPORT_INTERVAL_MS,
        OTEL_BSP_SCHEDULE_DELAY: EXPORT_INTERVAL_MS,
        OTEL_BLRP_SCHEDULE_DELAY: EXPORT_INTERVAL_MS,
      },
      dependencyTemplates: Object.fromEntries(
        withPasswords.map(({ name, variable, template }) => [
          name,
          withPassword(template, canaries[`env:${variable}`] ?? '') ?? template,
        ]),
      ),
      // A wrong password may be why it does not come up, and that is when addresses are logged.
      until: 'listening',
      untilMs: 10_000,
    })
    if (!ship.isRunning) return
    const stopProbing = ship.probe({ everyMs: 500 })
    for (const [way, routes] of Object.entries(waysToEnd(bridge, canaries))) await send(ship, way, routes, canaries)
    if (pace !== 'quick' && facts.dependencies.length > 0 && ship.isRunning) {
      bridge.say('dependencies away')
      for (const { name } of facts.dependencies) await ship.setDependencyFault(name, { kind: 'refuse' })
      await send(ship, 'dependency', facts.routes, canaries)
      await ship.pause(AWAY_MS)
      for (const { name } of facts.dependencies) await ship.setDependencyFault(name, undefined)
    }
    await ship.whenTelemetryIsQuiet(QUIET)
    await stopProbing()
  },
})

function waysToEnd({ facts }: Bridge, canaries: Readonly<Record<string, string>>): Record<string, readonly Route[]> {
  const body = JSON.stringify({ user: 'trial', password: canaries['body-password'] })
  const json = { 'content-type': 'application/json' }
  const [first = { method: 'GET', path: '/', headers: {} }] = facts.routes
  const upload = facts.upload ?? { ...first, method: 'POST' }
  return {
    normal: [...facts.routes.slice(0, 3), { ...upload, headers: { ...upload.headers, ...json }, body }],
    'not-found': [{ method: 'GET', path: '/seaworthy-trial-does-not-exist', headers: {} }],
    'wrong-method': [{ ...first, method: 'DELETE', path: '/seaworthy-trial-does-not-exist' }],
    'bad-body': [{ ...upload, headers: { ...upload.headers, ...json }, body: body.slice(0, -3) }],
    malformed: [
      { method: 'GET', path: '/%zz/%', headers: {} },
      // A header that HTTP does not allow: answered with 400 by most parsers, who like to quote it.
      { method: 'GET', path: first.path, headers: { ...first.headers, 'bad header': 'x' } },
    ],
  }
}

async function send(
  ship: Ship,
  way: string,
  routes: readonly Route[],
  canaries: Readonly<Record<string, string>>,
): Promise<void> {
  for (let time = 0; time < TIMES; time++) {
    await Promise.all(
      routes.map((route) =>
        ship.load.once(SECRETS_LOAD, {
          route: { ...route, path: withToken(route.path, canaries['query'] ?? '') },
          headers: {
            authorization: `Bearer ${canaries['authorization'] ?? ''}`,
            cookie: `session=${canaries['cookie'] ?? ''}`,
          },
          timeoutMs: TIMEOUT_MS,
        }),
      ),
    )
  }
  ship.mark(SECRETS_SENT, { way })
}

function withToken(path: string, token: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}token=${token}`
}
