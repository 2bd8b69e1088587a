import type { Difference } from './compare.ts'
import type { SetUpName } from './set-ups.ts'

/** Something in which ours is not as the stock SDK is, and why. */
export interface KnownDifference {
  /** In which set-ups it must be met with, in one program at least. */
  readonly setUps: readonly SetUpName[]
  readonly where: RegExp
  readonly what: RegExp
  /** What it is there; a text is the value, `undefined` is absence. @default anything */
  readonly stock?: string | RegExp | undefined
  readonly ours?: string | RegExp | undefined
  /** For the table of the guide. */
  readonly title: string
  readonly reason: string
}

const ALL = ['engine', 'own', 'both'] as const
const OWN = ['own'] as const
const CLIENT = /^span .*client \w+(?: #\d+)?$/
const CLIENT_METRIC = /^metric http\.client\.request\.duration$/

/** Whatever is not in here is a failure; so is what is in here and does not happen. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    setUps: ALL,
    where: /^(?:span|log) /,
    what: /^(?:link \d+ )?flags$/,
    stock: /random 0/,
    ours: /random 1/,
    title: 'Spans, links and log records carry the flag `random`',
    reason:
      'Trace ids are random, as level 2 of W3C Trace Context lets a sender say; samplers that go by the id need to know. The stock SDK draws random ids, too, without saying so.',
  },
  {
    setUps: ALL,
    where: /^span /,
    what: /^(?:link \d+ )?trace state$/,
    stock: '',
    ours: 'ot=th:0',
    title: 'Trace state `ot=th:0` on sampled traces that begin here',
    reason:
      'Says with which probability a trace was kept (here: all), so that counts can be extrapolated and services further on decide alike. Of the specification of probability sampling; the stock SDK has no released sampler for it.',
  },
  {
    setUps: ALL,
    where: /^resource$/,
    what: /^@telemetry\./,
    title: '`telemetry.sdk.name` is `seaworthy`, with its version and `telemetry.distro.name`',
    reason: 'Only the SDK of the OpenTelemetry project may call itself `opentelemetry`.',
  },
  {
    setUps: ALL,
    where: /^resource$/,
    what: /^@process\.(?:command|command_args|executable\.path|owner)$/,
    stock: 'set',
    ours: undefined,
    title: 'No `process.command`, `process.command_args`, `process.executable.path`, `process.owner`',
    reason: 'Arguments hold secrets, and paths and users of a machine are nobody’s affair further on.',
  },
  {
    setUps: ALL,
    where: /^resource$/,
    what: /^@(?:os\.(?:type|version)|service\.instance\.id)$/,
    stock: undefined,
    ours: 'set',
    title: '`service.instance.id`, `os.type` and `os.version` in every set-up',
    reason: 'The instance tells replicas apart, without which their metrics are one series that jumps.',
  },
  {
    setUps: ALL,
    where: /^metric (?:seaworthy\.telemetry|otel\.sdk)\./,
    what: /^itself$/,
    stock: undefined,
    title: 'Metrics of telemetry itself: `seaworthy.telemetry.*`, `otel.sdk.*`',
    reason: 'What was lost is counted where somebody sees it; the stock SDK does so only where it is told to.',
  },
  {
    setUps: ALL,
    where: /^metric /,
    what: /^exemplars$/,
    stock: 'none',
    title: 'Exemplars',
    reason: 'A measurement that was made in a sampled span leads to its trace. The stock SDK has none.',
  },
  {
    setUps: ['engine'],
    where: /^span \/ producer parent$/,
    what: /^@big$/,
    stock: '"9007199254740992n"',
    ours: '9007199254740992',
    title: 'Whole numbers beyond 2^53 − 1 are `double`',
    reason: 'A JavaScript number does not say which whole number was meant there; as an integer it would pretend to.',
  },
  {
    setUps: OWN,
    where: /^(?:span|metric) /,
    what: /^scope(?: version)?$/,
    stock: /^@opentelemetry\/instrumentation-(?:http|undici|runtime-node)$|^0\.\d+\.0$/,
    ours: /^(?:seaworthy)?$/,
    title: 'The scope of HTTP and of the runtime is `seaworthy`',
    reason: 'It says who observed.',
  },
  {
    setUps: OWN,
    where: /^metric http\.server\.active_requests$/,
    what: /^itself$/,
    stock: undefined,
    title: '`http.server.active_requests`',
    reason: 'Of the semantic conventions, for the question what a service is busy with now.',
  },
  {
    setUps: OWN,
    where: CLIENT,
    what: /^@url\.scheme$/,
    stock: undefined,
    title: '`url.scheme` on spans of clients',
    reason: 'Opt-in of the semantic conventions; it tells `https` from `http` without a look into the URL.',
  },
  {
    setUps: OWN,
    where: CLIENT_METRIC,
    what: /^series @url\.scheme$/,
    stock: undefined,
    title: '`url.scheme` on `http.client.request.duration`',
    reason: 'As the instrumentation of `fetch` has it: one attribute set for all clients.',
  },
  {
    setUps: OWN,
    where: CLIENT,
    what: /^@(?:http\.request\.method_original|url\.path|url\.query|user_agent\.original)$/,
    ours: undefined,
    title: 'Spans of `fetch` without `http.request.method_original`, `url.path`, `url.query`, `user_agent.original`',
    reason:
      'The original method belongs there only where it differs; path and query are in `url.full`, redacted; a client’s own name is opt-in.',
  },
  {
    setUps: OWN,
    where: CLIENT,
    what: /^@http\.request\.resend_count$/,
    stock: undefined,
    title: '`http.request.resend_count` on a request that follows a redirect',
    reason: 'Of the semantic conventions: it tells the second request of a call from a second call.',
  },
  {
    setUps: ['own', 'both'],
    where: /^metric rpc\.(?:client|server)\.call\.duration$/,
    what: /^itself$/,
    stock: undefined,
    title: '`rpc.client.call.duration`, `rpc.server.call.duration`',
    reason: 'Of the semantic conventions; the instrumentation of grpc-js has no metrics.',
  },
  {
    setUps: OWN,
    where: CLIENT,
    what: /^(?:event 0(?: @exception\.\w+)?|status message)$/,
    title: 'A failed call has no event `exception` and no message in its status',
    reason: '`error.type` says it; messages hold addresses, and each is one more value to group by.',
  },
  {
    setUps: OWN,
    where: /client/,
    what: /^(?:series )?@error\.type$/,
    stock: /Error/,
    title: '`error.type` of a failed call is the code, such as `ECONNREFUSED`',
    reason: 'As the semantic conventions want it: the most specific name. `Error` groups everything.',
  },
  {
    setUps: OWN,
    where: /^span .*server GET(?: #\d+)?$/,
    what: /^@url\.query$/,
    stock: '"q=1&token=secret"',
    ours: '"q=1&token=REDACTED"',
    title: 'Values of query parameters that look secret are replaced',
    reason: 'They would be in every backend. The semantic conventions ask for it with a short list; ours is longer.',
  },
  {
    setUps: OWN,
    where: /^span .*server GET(?: #\d+)?$/,
    what: /^@client\.address$/,
    stock: '"192.0.2.1"',
    ours: '"127.0.0.1"',
    title: '`client.address` is the peer, not `X-Forwarded-For`',
    reason: 'Anybody can write that header; without a list of proxies that are trusted it proves nothing.',
  },
  {
    setUps: OWN,
    where: /^span \/ server (?:HTTP|PROPFIND)$/,
    what: /^itself$/,
    title: 'The span of a method that is not known is named `HTTP`',
    reason: 'As the semantic conventions say: otherwise anybody could make any number of names.',
  },
  {
    setUps: OWN,
    where: /^metric (?:process|v8js|nodejs)\./,
    what: /^itself$/,
    stock: undefined,
    title: 'Metrics of the process: `process.*`',
    reason:
      'Of the semantic conventions; the instrumentation of the runtime has only those of the event loop and the heap.',
  },
  {
    setUps: OWN,
    where: /^metric v8js\.memory\.heap\./,
    what: /^(?:type|monotonic|temporality)$/,
    title: '`v8js.memory.heap.*` are sums that go up and down, not gauges',
    reason: 'As the semantic conventions have them: sizes of spaces can be added up.',
  },
  {
    setUps: OWN,
    where: /^metric (?:nodejs|v8js|http\.client)\./,
    what: /^description$/,
    title: 'Descriptions of metrics',
    reason: 'Ours are those of the semantic conventions, word for word.',
  },
]

/** What no rule explains, and the rules that explain nothing although they are of this set-up. */
export function judge(
  setUp: SetUpName,
  differences: readonly Difference[],
): { readonly unexplained: readonly Difference[]; readonly used: ReadonlySet<KnownDifference> } {
  const rules = KNOWN_DIFFERENCES.filter(({ setUps }) => setUps.includes(setUp))
  const used = new Set<KnownDifference>()
  const unexplained = differences.filter((difference) => {
    const rule = rules.find((each) => explains(each, difference))
    if (rule !== undefined) used.add(rule)
    return rule === undefined
  })
  return { unexplained, used }
}

/** Whether a rule is made for a difference. */
export function explains(rule: Omit<KnownDifference, 'setUps'>, { where, what, stock, ours }: Difference): boolean {
  if (!rule.where.test(where) || !rule.what.test(what)) return false
  return (!('stock' in rule) || isSaid(rule.stock, stock)) && (!('ours' in rule) || isSaid(rule.ours, ours))
}

function isSaid(expected: string | RegExp | undefined, value: string | undefined): boolean {
  return expected instanceof RegExp ? value !== undefined && expected.test(value) : expected === value
}
