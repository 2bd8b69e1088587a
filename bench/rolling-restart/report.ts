import type { FleetResult } from './fleet.ts'
import type { Failure, RouteFigures } from './route.ts'

/** All fleets of one lag together. */
export interface LagResult {
  readonly lagS: number
  readonly restarts: number
  readonly sent: number
  /** Of the routes that promise it; the others are shown beside. */
  readonly failed: number
  readonly exitCodes: Readonly<Record<string, number>>
  readonly stopMsMedian: number
  readonly routes: Readonly<Record<string, RouteFigures>>
}

export interface ReloadResult {
  readonly reloads: number
  readonly sent: number
  readonly failed: number
}

export interface RollingResults {
  readonly commit: string
  readonly date: string
  readonly node: string
  readonly haproxy: string
  readonly nginx: string
  readonly seed: number
  readonly drainDelay: string
  readonly lags: readonly LagResult[]
  /** The kept-alive clients of nginx while it is only reloaded. */
  readonly reloads: ReloadResult
}

/** Ways on which something else than the service closes connections, or on which a close can't be told in time. */
export const RESIDUE: Readonly<Record<string, string>> = {
  'nginx, kept alive':
    'a reload of nginx closes the idle connections of its *clients* at once, and a request can meet that close on its way; in the run shown, each reset came within half a second of a reload',
  'direct, seldom used, 25 ms of wire':
    'a connection that carries nothing during the whole drain is closed without having been told; a request can meet that close on its way',
}

export function merge(lagS: number, fleets: readonly FleetResult[]): LagResult {
  const routes: Record<string, RouteFigures> = {}
  const exitCodes: Record<string, number> = {}
  for (const fleet of fleets) {
    for (const [name, figures] of Object.entries(fleet.routes)) routes[name] = add(routes[name], figures)
    for (const [code, count] of Object.entries(fleet.exitCodes)) exitCodes[code] = (exitCodes[code] ?? 0) + count
  }
  const promised = Object.entries(routes).filter(([name]) => !(name in RESIDUE))
  const stopMs = fleets.flatMap((fleet) => fleet.stopMs).toSorted((a, b) => a - b)
  return {
    lagS,
    restarts: fleets.reduce((sum, fleet) => sum + fleet.restarts, 0),
    sent: promised.reduce((sum, [, { sent }]) => sum + sent, 0),
    failed: promised.reduce((sum, [, { failed }]) => sum + failed, 0),
    exitCodes,
    stopMsMedian: stopMs[Math.floor(stopMs.length / 2)] ?? 0,
    routes,
  }
}

function add(a: RouteFigures | undefined, b: RouteFigures): RouteFigures {
  if (a === undefined) return b
  const failures: readonly Failure[] = [...a.failures, ...b.failures]
  return {
    sent: a.sent + b.sent,
    answered: a.answered + b.answered,
    failed: a.failed + b.failed,
    refused: a.refused + b.refused,
    failures: failures.slice(0, 100),
  }
}

export function toTable({ lags }: RollingResults): string {
  return lags.map((lag) => toLagTable(lag)).join('\n\n')
}

function toLagTable({ lagS, restarts, exitCodes, stopMsMedian, routes }: LagResult): string {
  const codes = Object.entries(exitCodes).map(([code, count]) => `${code} × ${count}`)
  return [
    `**Lag ${lagS} s**: ${restarts} rolling restarts, ${restarts * 2} replicas stopped, exit codes ${codes.join(', ')}, ${(stopMsMedian / 1000).toFixed(1)} s from SIGTERM to exit (median).`,
    '',
    '| way | sent | failed | 95 % bound | refused connections | what failed |',
    '|---|---|---|---|---|---|',
    ...Object.entries(routes).map(([name, figures]) => toRow(name, figures)),
  ].join('\n')
}

function toRow(name: string, { sent, failed, refused, failures }: RouteFigures): string {
  const kinds = new Map<string, number>()
  for (const { outcome } of failures) kinds.set(outcome, (kinds.get(outcome) ?? 0) + 1)
  const what = [...kinds].map(([kind, count]) => `${kind} × ${count}`).join(', ')
  // With no failure in n trials, the rate is below 3/n with a confidence of 95 % (the "rule of three").
  const bound = failed === 0 && sent > 0 ? `< ${(3 / sent).toExponential(1)}` : ''
  return `| ${name}${name in RESIDUE ? ' ¹' : ''} | ${sent} | ${failed} | ${bound} | ${refused} | ${what} |`
}

export function toPage(results: RollingResults): string {
  const { commit, date, node, haproxy, nginx, seed, drainDelay, reloads } = results
  return `# Rolling restarts

Two replicas of a service (\`node:http\` through \`service.listener\`, 5 to 25 ms an answer, half of the requests with a
body) behind HAProxy, behind nginx, and without a balancer, all at the same time. Each replica gets SIGTERM, ends, and is
started again on its port; then the other one. Clients go on sending all the time; nobody sends a request twice: retries
and redispatch are off in HAProxy, \`proxy_next_upstream\` is off in nginx, the clients have none.

The *lag* is the time from SIGTERM until those who send know: HAProxy by its own checks of \`/readyz\` (\`inter\` = the lag,
\`fall 1\`), nginx by a new list of upstreams and a reload, direct clients by a new list of endpoints. The replicas have a
drain delay of ${drainDelay}: a lag below that must cost nothing, and one of the same length shows the limit.

${toTable(results)}

¹ Not promised, and shown for that reason:

${Object.entries(RESIDUE)
  .map(([name, why]) => `- **${name}**: ${why}.`)
  .join('\n')}

To compare: ${reloads.reloads} reloads of nginx with both replicas running all the time cost its kept-alive clients ${reloads.failed} of ${reloads.sent} requests, with one fleet at work and not all.

A refused connection carried no request: with a lag as long as the drain delay, clients still come when nobody listens any
more. Behind a balancer that is its 502 or 503. The 95 % bound is 3/n where nothing failed.

Node ${node}, HAProxy ${haproxy}, nginx ${nginx}, commit \`${commit}\`, ${date}, seed ${seed}. Run it with
\`npm run bench:rolling -- --save && npm run bench:rolling -- --page\`; it needs \`haproxy\` and \`nginx\`.
`
}
