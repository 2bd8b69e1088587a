/** A flag of `seaworthy trial` that says something about the service; the same name is a key of the file. */
export interface DeclaredOption {
  readonly type: 'string' | 'boolean'
  /** What stands for the value in the help. */
  readonly value?: string
  readonly help: string
  /** As text, for the help. */
  readonly default?: string
  /** May be given several times. */
  readonly isRepeatable?: boolean
}

/** The file that is read without being named, beside the command. */
export const DECLARED_FILE = 'seaworthy.trial.yaml'

/** Everything that can be said of a service. What is not said is looked for, or tried with the default. */
export const DECLARED_OPTIONS = {
  port: { type: 'string', value: 'PORT', help: 'Port on which the service always listens.', default: 'found' },
  url: {
    type: 'string',
    value: '[METHOD ]PATH',
    help: 'Request for the load that is answered with success, such as "/orders"; a whole URL also says where the service is.',
    default: 'found',
    isRepeatable: true,
  },
  openapi: { type: 'string', value: 'FILE', help: 'OpenAPI document from which requests for the load are taken.' },
  slow: {
    type: 'string',
    value: 'PATH',
    help: 'Request that takes a while, so that it is in flight when a signal comes.',
  },
  upload: { type: 'string', value: '[METHOD ]PATH', help: 'Request that takes a body; POST unless it says otherwise.' },
  crash: { type: 'string', value: 'PATH', help: 'Request that ends the process by an uncaught error.' },
  ws: { type: 'string', value: 'PATH', help: 'Path at which a WebSocket can be opened.' },
  sse: { type: 'string', value: 'PATH', help: 'Path that answers with server-sent events.' },
  ready: { type: 'string', value: 'PATH', help: 'Path of the readiness probe.', default: 'found' },
  live: { type: 'string', value: 'PATH', help: 'Path of the liveness probe.', default: 'found' },
  startup: { type: 'string', value: 'PATH', help: 'Path of the startup probe.', default: 'none' },
  'start-within': {
    type: 'string',
    value: 'DURATION',
    help: 'Time in which the service must be ready.',
    default: '30s',
  },
  grace: { type: 'string', value: 'DURATION', help: 'Time between SIGTERM and SIGKILL.', default: '30s' },
  'pre-stop': {
    type: 'string',
    value: 'DURATION',
    help: 'Time that a preStop hook waits before SIGTERM.',
    default: '0s',
  },
  'stop-signal': { type: 'string', value: 'SIGNAL', help: 'Signal that stops the service.', default: 'SIGTERM' },
  'accept-exit': { type: 'string', value: 'CODES', help: 'Exit codes of a good end, such as "0,143".', default: '0' },
  dep: {
    type: 'string',
    value: 'NAME=VARIABLE',
    help: 'Dependency and the variable that says where it is, such as "db=DATABASE_URL", or "db=DB_HOST,DB_PORT".',
    default: 'found',
    isRepeatable: true,
  },
  env: {
    type: 'string',
    value: 'NAME=VALUE',
    help: 'Variable for the service; {otlp.http.url}, {otlp.grpc.url}, {otlp.grpc.hostport}, {port} and {tmp} (an empty folder) are filled in.',
    isRepeatable: true,
  },
  header: {
    type: 'string',
    value: 'NAME: VALUE',
    help: 'Header that every request and probe carries.',
    isRepeatable: true,
  },
  insecure: { type: 'boolean', help: "Does not check the service's certificate." },
  manifest: {
    type: 'string',
    value: 'FILE[#NAME]',
    help: 'Kubernetes manifest whose probes, ports, variables, hooks, limits and replicas are used.',
  },
  replicas: { type: 'string', value: 'COUNT', help: 'Pods in a rollout.', default: '3' },
  'max-surge': {
    type: 'string',
    value: 'COUNT',
    help: 'Pods more than that during a rollout: a number or a percentage.',
    default: '1',
  },
  'max-unavailable': {
    type: 'string',
    value: 'COUNT',
    help: 'Pods less than that during a rollout: a number or a percentage.',
    default: '0',
  },
  'memory-limit': { type: 'string', value: 'BYTES', help: 'Memory that the service may use, such as "512Mi".' },
  'endpoint-lag': {
    type: 'string',
    value: 'DURATION',
    help: 'How long a load balancer goes on sending new connections after SIGTERM.',
    default: '500ms',
  },
  'wire-delay': {
    type: 'string',
    value: 'DURATION',
    help: 'Delay of the wire between clients and the service, one way.',
    default: '25ms',
  },
  'allow-idempotent-retry': {
    type: 'boolean',
    help: 'A reused connection that dies under an idempotent request is a warning.',
  },
  'telemetry-budget': {
    type: 'string',
    value: 'RATIO',
    help: 'Processor time with telemetry over the time without, at most.',
    default: '1.5',
  },
  'sampling-ratio': {
    type: 'string',
    value: 'RATIO',
    help: 'Ratio at which the service samples traces when variables do not tell it.',
  },
  reload: {
    type: 'string',
    value: '"FILE OLD=>NEW PATH [SIGNAL]"',
    help: 'File that the service reloads, a text in it and its replacement, and the path whose answer shows which is in force.',
  },
  'bad-value': {
    type: 'string',
    value: 'NAME[=VALUE]',
    help: 'Variable with which the service must refuse to start; without a value, because it is missing.',
    isRepeatable: true,
  },
} as const satisfies Readonly<Record<string, DeclaredOption>>

/** Key of the file that is no flag: on a command line the command stands behind `--`. */
export const COMMAND_KEY = 'command'

/** Keys of the file. */
export const FILE_KEYS: readonly string[] = [COMMAND_KEY, ...Object.keys(DECLARED_OPTIONS)]

/** The name of something that can be said by a flag. */
type FlagKey = keyof typeof DECLARED_OPTIONS

/** The name of something that can be said. */
export type DeclaredKey = FlagKey | typeof COMMAND_KEY

export function isFlagKey(name: string): name is FlagKey {
  return Object.hasOwn(DECLARED_OPTIONS, name)
}

export function isFileKey(name: string): name is DeclaredKey {
  return FILE_KEYS.includes(name)
}
