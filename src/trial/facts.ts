import type { ProbeName } from './history/event.ts'

/** Where a value came from, the strongest first. */
export type Origin = 'flag' | 'file' | 'manifest' | 'found' | 'default'

/** A value and where it came from. */
export interface Known<T> {
  readonly value: T
  readonly origin: Origin
}

/** A probe of the service. */
export interface ProbeFact {
  readonly path: string
  readonly port: number
  readonly origin: Origin
  /** Of the manifest, or Kubernetes' own. */
  readonly periodMs: number
  readonly timeoutMs: number
  readonly failureThreshold: number
  readonly initialDelayMs: number
}

/** Something that the service depends on, and that our proxy stands in front of. */
export interface DependencyFact {
  readonly name: string
  /** The variable in which the service is told where it is. */
  readonly variable: string
  /** The variable of its port, when `variable` holds its host and nothing else. */
  readonly portVariable?: string
  /** The value of the variable with `{host}` and `{port}` in the place of the address. May hold a password: never shown. */
  readonly template: string
  readonly host: string
  readonly port: number
  readonly protocol: 'http' | 'postgresql' | 'mysql' | 'redis' | 'amqp' | 'mongodb' | 'nats' | 'kafka' | 'tcp'
  readonly origin: Origin
}

/** A request that the service answers with success. */
export interface Route {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** How the service's configuration is changed while it runs. */
export interface ReloadFact {
  /** The file, relative to the working directory. */
  readonly file: string
  /** Its text before the trial, restored after it, and one that changes something that can be seen. */
  readonly changed: string
  /** What to send after the change; absent when the service watches the file. */
  readonly signal?: NodeJS.Signals
  /** The request whose answer shows the value in force, and what it must contain before and after. */
  readonly observe: { readonly path: string; readonly before: string; readonly after: string }
}

/** What a container does before it is signalled. */
export type PreStopFact =
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | { readonly kind: 'httpGet'; readonly path: string; readonly port: number }

/** All that is known of the service when the voyages begin: found, declared, or the default. */
export interface Facts {
  readonly command: readonly string[]
  readonly cwd: string
  /** The environment of the service, without what the trial adds. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly host: string
  /** Chosen anew for each lifetime when the service takes it from `portVariable`; else always the same. */
  readonly port: Known<number>
  /** Absent when the port can't be told to the service. */
  readonly portVariable?: string
  /** What the variable holds, with `{port}` in the place of the number, such as `:{port}`. @default `{port}` */
  readonly portTemplate?: string
  /**
   * The variable of the port for probes, when it is another one and can be told. Its value is in `env`; whoever starts
   * several at a time gives each its own.
   */
  readonly adminPortVariable?: string
  /**
   * Whether another copy may run at the same time: every port that it opens can be told, and a second one was seen to start
   * beside it. Absent where it was not tried.
   */
  readonly standsBeside?: boolean
  readonly protocol: { readonly http1: boolean; readonly h2c: boolean; readonly tls: boolean }
  /** Requests for the load: GET that are answered with 2xx. Never empty. */
  readonly routes: readonly Route[]
  /** Takes a while, so that requests are in flight when a signal comes. */
  readonly slow?: Route
  /** Takes a body, so that an upload can be dripped. */
  readonly upload?: Route
  /** Ends the process by an uncaught error. */
  readonly crash?: Route
  readonly webSocketPath?: string
  readonly ssePath?: string
  readonly probes: Readonly<Partial<Record<ProbeName, ProbeFact>>>
  /**
   * Paths that were found to answer as probes do, but over HTTP/2 without TLS only. A kubelet asks over HTTP/1.1 there, so
   * they are not among `probes`. Absent where there are none.
   */
  readonly probesOverHttp2?: readonly string[]
  readonly dependencies: readonly DependencyFact[]
  readonly reload?: ReloadFact
  /** Variables that the configuration refuses when their values are bad, beside the port's; each with a bad value. */
  readonly badValues: readonly { readonly variable: string; readonly value: string | undefined; readonly why: string }[]
  readonly graceMs: Known<number>
  readonly preStopMs: Known<number>
  /** What is done before the stop signal, when it is more than to wait for `preStopMs`. */
  readonly preStop?: PreStopFact
  readonly startupMs: Known<number>
  readonly memoryLimitBytes?: Known<number>
  readonly replicas: Known<number>
  readonly maxSurge: Known<number>
  readonly maxUnavailable: Known<number>
  /** How long a load balancer goes on sending new connections after SIGTERM. */
  readonly endpointLagMs: Known<number>
  /** One way, between clients and the service, in voyages that stop it. */
  readonly wireDelayMs: Known<number>
  readonly stopSignal: NodeJS.Signals
  readonly acceptedExitCodes: readonly number[]
  /** A reused connection that dies under an idempotent request is a warning. */
  readonly allowsIdempotentRetry: boolean
  /** CPU with telemetry over CPU without, at most. */
  readonly telemetryBudgetRatio: number
  /** Whether somebody said so: only then more is a failure, and else a note. */
  readonly isTelemetryBudgetDeclared?: boolean
  /** The ratio at which the service samples when it can't be told by variables. */
  readonly samplingRatio?: number
  /** What the survey saw of one start: to tell what is normal. */
  readonly normal: { readonly listeningAfterMs: number; readonly readyAfterMs: number; readonly exitAfterMs?: number }
  /** Whether spans, metrics and logs were seen to arrive in the survey, and by which protocol. */
  readonly telemetry: {
    readonly traces: boolean
    readonly metrics: boolean
    readonly logs: boolean
    readonly protocol?: 'http/protobuf' | 'http/json' | 'grpc'
    readonly language?: string
  }
  readonly machine: {
    readonly isLinux: boolean
    /** Whether PID namespaces can be made. */
    readonly hasPidNamespaces: boolean
    readonly processorCount: number
  }
  /** Things that the survey noticed, such as a listener on 127.0.0.1 only; shown in the report. */
  readonly warnings: readonly string[]
}
