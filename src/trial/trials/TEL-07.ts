import type { Lifetime } from '../history/lifetime.ts'
import { ID_LOAD } from '../history/marks/distinct-ids.ts'
import {
  distinctRequests,
  type DistinctRequests,
  type MetricSets,
  newMetricSets,
} from '../history/views/distinct-requests.ts'
import { defineTrial } from '../trial.ts'
import { withoutTraces } from '../without-telemetry.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** Of the specification: one for success, one for what is not there, and one to spare. */
const MAX_NAMES = 3
/** Of the specification: methods, statuses and routes of a service of usual size. */
const MAX_SETS = 50
const NEEDED_SPANS = 20
/** Of answers that were no error, spans without a route; some end before a router has seen them. */
const MISSING_RATIO = 0.05
const SHOWN = 3

export default defineTrial({
  id: 'TEL-07',
  slug: 'names-stay-few',
  claim:
    'However many ids, queries and unknown paths are asked for, names of spans, routes and sets of attributes of metrics stay few.',
  procedure:
    '200 requests go to one route with a query each of its own, 200 to paths that nobody has, and 200 with an id each of its own to a route with an id in its path, where one is known (a number, a UUID or hexadecimal digits; --url /orders/7 says one). ' +
    `It fails by more than ${MAX_NAMES} names of the server's spans for one of the three, by more than ${MAX_NAMES} values of http.route, by a metric that gets more than ${MAX_SETS} new sets of attributes meanwhile, and by spans of the route with an id that succeed and have no http.route. ` +
    `It takes ${NEEDED_SPANS} spans of requests of one kind. Other rules for good telemetry are not looked at.`,
  seed: ['P4', 'P5'],
  remedy: {
    feature: 'spans and metrics of requests, named by the route and never by the path',
    page: 'guide/telemetry.md',
    change:
      'Name spans by the template of the route (GET /orders/{id}), or by the method alone where there is none; set http.route to it, and give metrics no attribute that holds a path, a query or an id.',
    rules: [],
  },
  voyages: ['distinct-ids'],
  isTiming: false,
  isExtra: true,
  skipBecause: withoutTraces,
  judge({ lifetimes }) {
    const kinds = lifetimes.flatMap(distinctRequests)
    const judged = kinds.filter(({ spans }) => spans.length >= NEEDED_SPANS)
    const metrics = lifetimes.flatMap((lifetime) => {
      const sets = newMetricSets(lifetime)
      return sets === undefined ? [] : sets.slice(0, 1).map((most) => ({ lifetime, ...most }))
    })
    const mostSets = Math.max(0, ...metrics.map(({ setCount }) => setCount))
    const mostNames = Math.max(0, ...judged.map((kind) => namesOf(kind).length))
    const spanCount = judged.reduce((sum, { spans }) => sum + spans.length, 0)
    const figures = [
      { name: 'spanCount', value: spanCount },
      { name: 'spanNames', value: mostNames },
      { name: 'routeValues', value: Math.max(0, ...judged.map((kind) => routesOf(kind).length)) },
      ...(metrics.length === 0 ? [] : [{ name: 'attributeSets', value: mostSets }]),
    ]
    const evidence = [
      ...judged.flatMap(ofSpans),
      ...metrics.filter(({ setCount }) => setCount > MAX_SETS).map(ofMetric),
    ]
    const [worst] = evidence
    const notes = [
      ...(kinds.some(({ load }) => load === ID_LOAD)
        ? []
        : [
            'No route with an id in its path is known, so whether http.route is set was not judged: say one with --url, such as --url /orders/7.',
          ]),
      ...(metrics.length === 0 ? ['No metric was made after the requests: only spans were judged.'] : []),
    ]
    if (worst !== undefined) return fail(`${worst.says}.`, { evidence, figures, notes })
    if (kinds.every(({ answeredCount }) => answeredCount === 0))
      return inconclusive('No request of those that differ was answered', { figures })
    if (judged.length === 0) {
      const most = Math.max(0, ...kinds.map(({ spans }) => spans.length))
      return inconclusive(`At most ${most} spans of one kind of request arrived; it takes ${NEEDED_SPANS}`, { figures })
    }
    const ofMetrics = metrics.length === 0 ? '' : `, and no metric got more than ${mostSets} sets of attributes`
    return pass(`${spanCount} spans of distinct requests have ${mostNames} names at most${ofMetrics}`, {
      figures,
      notes,
    })
  },
})

function namesOf({ spans }: DistinctRequests): string[] {
  return [...new Set(spans.map(({ span }) => span.name))]
}

function routesOf({ spans }: DistinctRequests): string[] {
  return [
    ...new Set(
      spans.flatMap(({ span }) =>
        typeof span.attributes['http.route'] === 'string' ? [span.attributes['http.route']] : [],
      ),
    ),
  ]
}

function ofSpans(kind: DistinctRequests): Evidence[] {
  const { lifetime, load, asked, from, to, spans } = kind
  const seen = { lifetime: lifetime.id, from, to }
  const names = namesOf(kind)
  const routes = routesOf(kind)
  const good = spans.filter(({ status }) => status < 400)
  const bare = good.filter(({ span }) => span.attributes['http.route'] === undefined)
  return [
    ...(names.length > MAX_NAMES
      ? [
          {
            says: `${spans.length} requests for ${asked} became ${names.length} names of spans`,
            lines: names.slice(0, SHOWN),
            seen,
          },
        ]
      : []),
    ...(routes.length > MAX_NAMES
      ? [
          {
            says: `${spans.length} requests for ${asked} have ${routes.length} values of http.route`,
            lines: routes.slice(0, SHOWN),
            seen,
          },
        ]
      : []),
    ...(load === ID_LOAD && bare.length > good.length * MISSING_RATIO
      ? [{ says: `${bare.length} of ${good.length} spans of ${asked} have no http.route`, seen }]
      : []),
  ]
}

function ofMetric({ lifetime, name, setCount, widest }: MetricSets & { readonly lifetime: Lifetime }): Evidence {
  const by = widest === undefined ? '' : `; ${widest.name} alone has ${widest.valueCount} values`
  return {
    says: `The metric ${name} got ${setCount} new sets of attributes${by}`,
    ...(widest !== undefined && { lines: widest.values }),
    seen: { lifetime: lifetime.id, from: 0 },
  }
}
