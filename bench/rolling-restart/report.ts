import type { MeasuredOn } from '../measured-on.ts'
import type { FleetResult } from './fleet.ts'
import { isLimit } from './plan.ts'
import { lostOf, RESIDUE, residueOf } from './residue.ts'
import type { Failure, RouteFigures } from './route.ts'

/** All fleets of one stage together. */
export interface StageResult {
  readonly fleets: number
  readonly restarts: number
  /** On all ways. */
  readonly sent: number
  /** Of all failures those that ought not to be; the others are shown beside. */
  readonly lost: number
  readonly exitCodes: Readonly<Record<string, number>>
  readonly stopMsMedian: number
  readonly routes: Readonly<Record<string, RouteFigures>>
}

export interface LagResult extends StageResult {
  readonly lagS: number
  /** The same, but stopped is a replica that nobody is sent to. */
  readonly control?: StageResult
}

export interface RollingResults extends MeasuredOn {
  readonly haproxy: string
  readonly nginx: string
  readonly seed: number
  readonly drainDelayMs: number
  readonly lags: readonly LagResult[]
}

/** nginx reads its configuration again when a replica goes and when it is back, twice a rolling restart. */
const RELOADS_PER_RESTART = 4
const NGINX_KEPT = 'nginx, kept alive'
const MAX_FAILURES = 100

export function merge(fleets: readonly FleetResult[]): StageResult {
  const routes: Record<string, RouteFigures> = {}
  const exitCodes: Record<string, number> = {}
  for (const fleet of fleets) {
    for (const [name, figures] of Object.entries(fleet.routes)) routes[name] = add(routes[name], figures)
    for (const [code, count] of Object.entries(fleet.exitCodes)) exitCodes[code] = (exitCodes[code] ?? 0) + count
  }
  const stopMs = fleets.flatMap((fleet) => fleet.stopMs).toSorted((a, b) => a - b)
  return {
    fleets: fleets.length,
    restarts: fleets.reduce((sum, fleet) => sum + fleet.restarts, 0),
    sent: Object.values(routes).reduce((sum, { sent }) => sum + sent, 0),
    lost: Object.entries(routes).reduce((sum, [name, figures]) => sum + lostOf(name, figures), 0),
    exitCodes,
    stopMsMedian: stopMs[Math.floor(stopMs.length / 2)] ?? 0,
    routes,
  }
}

function add(a: RouteFigures | undefined, b: RouteFigures): RouteFigures {
  if (a === undefined) return b
  const failures: readonly Failure[] = [...a.failures, ...b.failures]
  const outcomes: Record<string, number> = { ...a.outcomes }
  for (const [outcome, count] of Object.entries(b.outcomes)) outcomes[outcome] = (outcomes[outcome] ?? 0) + count
  return {
    sent: a.sent + b.sent,
    answered: a.answered + b.answered,
    failed: a.failed + b.failed,
    refused: a.refused + b.refused,
    outcomes,
    failures: failures.slice(0, MAX_FAILURES),
  }
}

/** What contradicts the claim: below the drain delay nothing is lost, nobody exits but with 0, and the clients were at work. */
export function problemsOf({ lags, drainDelayMs }: Pick<RollingResults, 'lags' | 'drainDelayMs'>): readonly string[] {
  const problems: string[] = []
  for (const { lagS, lost, sent, exitCodes } of lags) {
    if (lost > 0 && !isLimit(lagS, drainDelayMs)) problems.push(`lag ${lagS} s: ${lost} of ${sent} requests lost`)
    if (sent === 0) problems.push(`lag ${lagS} s: nothing was sent`)
    for (const [code, count] of Object.entries(exitCodes))
      if (code !== '0') problems.push(`lag ${lagS} s: ${count} replicas ended with ${code}`)
  }
  return problems
}

export function toTable(lags: readonly LagResult[]): string {
  return lags.map((lag) => toLagTable(lag)).join('\n\n')
}

function toLagTable({ lagS, fleets, restarts, exitCodes, stopMsMedian, routes, control }: LagResult): string {
  const codes = Object.entries(exitCodes).map(([code, count]) => `${code} × ${count}`)
  return [
    `**Lag ${lagS} s**: ${restarts} rolling restarts in ${fleets} fleets, ${restarts * 2} replicas stopped, exit codes ${codes.join(', ')}, ${(stopMsMedian / 1000).toFixed(1)} s from SIGTERM to exit (median).`,
    '',
    '| way | sent | failed | 95 % bound | refused connections | what failed |',
    '|---|---|---|---|---|---|',
    ...Object.entries(routes).map(([name, figures]) => toRow(name, figures)),
    ...(control === undefined ? [] : ['', ...toComparison(routes, restarts, control)]),
  ].join('\n')
}

function toRow(name: string, { sent, failed, refused, outcomes }: RouteFigures): string {
  const what = Object.entries(outcomes).map(([kind, count]) => `${kind} × ${count}`)
  // With no failure in n trials, the rate is below 3/n with a confidence of 95 % (the "rule of three").
  const bound = failed === 0 && sent > 0 ? `< ${(3 / sent).toExponential(1)}` : ''
  return `| ${name}${name in RESIDUE ? ' ¹' : ''} | ${sent} | ${failed} | ${bound} | ${refused} | ${what.join(', ')} |`
}

/** The clients whom the reloads of nginx cost something, beside the same clients in the control. */
function toComparison(routes: StageResult['routes'], restarts: number, control: StageResult): readonly string[] {
  const row = (what: string, reloads: number, figures: RouteFigures | undefined): string => {
    const resets = figures === undefined ? 0 : residueOf(NGINX_KEPT, figures)
    return `| ${what} | ${reloads} | ${figures?.sent ?? 0} | ${resets} | ${((resets / reloads) * 100).toFixed(1)} |`
  }
  const kept = control.routes[NGINX_KEPT]
  const others = Object.entries(control.routes).filter(([name]) => name !== NGINX_KEPT)
  const othersSent = others.reduce((sum, [, { sent }]) => sum + sent, 0)
  const othersFailed = others.reduce((sum, [, { failed }]) => sum + failed, 0)
  return [
    `| ${NGINX_KEPT} | reloads of nginx | sent | reset | resets in 100 reloads |`,
    '|---|---|---|---|---|',
    row('replicas restarted', restarts * RELOADS_PER_RESTART, routes[NGINX_KEPT]),
    row('control: a spare restarted', control.restarts * RELOADS_PER_RESTART, kept),
    '',
    `On all other ways of the control, ${othersFailed} of ${othersSent} requests failed.`,
  ]
}

export function toPage(results: RollingResults): string {
  const { commit, date, node, haproxy, nginx, seed, drainDelayMs, lags } = results
  return `# Rolling restarts

Two replicas of a service (\`node:http\` through \`service.listener\`, 5 to 25 ms an answer, half of the requests with a
body) behind HAProxy, behind nginx, and without a balancer, all at the same time. Each replica gets SIGTERM, ends, and is
started again on its port; then the other one. Clients go on sending all the time; nobody sends a request twice: retries
and redispatch are off in HAProxy, \`proxy_next_upstream\` is off in nginx, the clients have none.

The *lag* is the time from SIGTERM until those who send know: HAProxy by its own checks of \`/readyz\` (\`inter\` = the lag,
\`fall 1\`), nginx by a new list of upstreams and a reload, direct clients by a new list of endpoints. The replicas have a
drain delay of ${drainDelayMs / 1000} s: a lag below that must cost nothing, and one of the same length shows the limit.

${toTable(lags)}

¹ A part of what fails here is promised by nobody, and shown for that reason:

${Object.entries(RESIDUE)
  .map(([name, { why }]) => `- **${name}**: ${why}.`)
  .join('\n')}

${lags.some(({ control }) => control !== undefined) ? CONTROL : 'This run had no control: what a reload of nginx costs by itself was not measured beside it.'}

A refused connection carried no request: with a lag as long as the drain delay, clients still come when nobody listens any
more. Behind a balancer that is its 502 or 503. The 95 % bound is 3/n where nothing failed.

Node ${node}, HAProxy ${haproxy}, nginx ${nginx}, commit \`${commit}\`, ${date.slice(0, 10)}, seed ${seed}. Run it with
\`npm run bench:rolling -- --save && npm run bench:rolling -- --page\`; it needs \`haproxy\` and \`nginx\`.
`
}

const CONTROL = `The *control* tells what a reload of nginx costs by itself. It has as many fleets as the measurement, the same clients, and
nginx is reloaded as often and at the same moments; but what gets SIGTERM and is started again is a spare replica to
which nobody is sent.`
