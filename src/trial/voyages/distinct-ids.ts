import type { Route } from '../facts.ts'
import { DISTINCT_BEGAN, DISTINCT_ENDED, ID_LOAD, PATH_LOAD, QUERY_LOAD } from '../history/marks/distinct-ids.ts'
import { endOnceTold } from '../manoeuvres/end-once-told.ts'
import { variableRoute } from '../manoeuvres/variable-route.ts'
import { OFTEN_EXPORTING } from '../ship/often-exporting.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutTraces } from '../without-telemetry.ts'

/** Of each kind. */
const COUNT = 200
/** At a time: more than one connection, and no load that anything would be shed under. */
const TOGETHER = 5
/** Metrics that were there before any of it was asked, such as those of the runtime. */
const BEFORE_MS = 1200
const QUIET = { quietMs: 700, timeoutMs: 3000 }

export default defineVoyage({
  id: 'distinct-ids',
  title: 'distinct ids',
  description: `${COUNT} requests for one route with a query each of its own, ${COUNT} with an id each of its own where a route has one, and ${COUNT} for paths that nobody has.`,
  seconds: { quick: 0, default: 8 },
  sailsInCompany: true,
  skipBecause: withoutTraces,
  async sail(bridge) {
    const { facts, say } = bridge
    await using ship = await bridge.launch({ label: 'distinct ids', env: OFTEN_EXPORTING })
    if (!ship.isRunning) return
    await ship.pause(BEFORE_MS)
    for (const kind of kindsOf(bridge)) {
      say(kind.asked)
      ship.mark(DISTINCT_BEGAN, { load: kind.load, asked: kind.asked })
      await send(ship, kind)
    }
    ship.mark(DISTINCT_ENDED)
    await ship.whenTelemetryIsQuiet(QUIET)
    await endOnceTold(ship, facts, { needsMetrics: true })
  },
})

interface Kind {
  readonly load: string
  readonly asked: string
  readonly routeOf: (index: number) => Route
}

function kindsOf({ facts, random }: Bridge): Kind[] {
  const [first = { method: 'GET', path: '/', headers: {} }] = facts.routes
  const variable = variableRoute(facts.routes, random)
  const mark = first.path.includes('?') ? '&' : '?'
  const nobodys = random.bits().toString(36)
  return [
    {
      load: QUERY_LOAD,
      asked: `${first.method} ${first.path.split('?', 1)[0] ?? first.path}`,
      routeOf: (index) => ({ ...first, path: `${first.path}${mark}seaworthy-id=${index}` }),
    },
    ...(variable === undefined
      ? []
      : [{ load: ID_LOAD, asked: `GET ${variable.template}`, routeOf: (index: number) => variable.routeOf(index) }]),
    {
      load: PATH_LOAD,
      asked: 'paths that nobody has',
      routeOf: (index) => ({ method: 'GET', path: `/seaworthy-${nobodys}-${index}`, headers: first.headers }),
    },
  ]
}

async function send(ship: Ship, { load, routeOf }: Kind): Promise<void> {
  for (let sent = 0; sent < COUNT && ship.isRunning; sent += TOGETHER) {
    const indexes = Array.from({ length: TOGETHER }, (_, index) => sent + index)
    await Promise.all(indexes.map((index) => ship.load.once(load, { route: routeOf(index) })))
  }
}
