import { availableParallelism } from 'node:os'
import type { Declared, DeclaredProbe } from '../declared/declared.ts'
import type { Facts, Known } from '../facts.ts'

/** What is known before the service was ever started. */
export interface Beginning {
  readonly declared: Declared
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What Kubernetes does when a probe says nothing of it. @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/ */
export const PROBE_DEFAULTS = { periodMs: 10_000, timeoutMs: 1000, failureThreshold: 3, initialDelayMs: 0 } as const

/** All that was declared, and the default of everything else; the rest is what the survey finds. */
export function provisionalFacts({ declared, command, cwd, env }: Beginning): Facts {
  const { slow, upload, crash, webSocketPath, ssePath, reload, samplingRatio, memoryLimitBytes, preStop } = declared
  return {
    command,
    cwd,
    env,
    host: declared.host?.value ?? '127.0.0.1',
    port: declared.port ?? byDefault(8080),
    protocol: { http1: true, h2c: false, tls: declared.isTls?.value ?? false },
    routes: [{ method: 'GET', path: '/', headers: {} }],
    ...(slow === undefined ? {} : { slow: slow.value }),
    ...(upload === undefined ? {} : { upload: upload.value }),
    ...(crash === undefined ? {} : { crash: crash.value }),
    ...(webSocketPath === undefined ? {} : { webSocketPath: webSocketPath.value }),
    ...(ssePath === undefined ? {} : { ssePath: ssePath.value }),
    ...(reload === undefined ? {} : { reload: reload.value }),
    ...(samplingRatio === undefined ? {} : { samplingRatio: samplingRatio.value }),
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    ...(preStop === undefined ? {} : { preStop: preStop.value }),
    probes: {},
    dependencies: [],
    badValues: declared.badValues.map(({ value }) => value),
    graceMs: declared.graceMs ?? byDefault(30_000),
    preStopMs: declared.preStopMs ?? byDefault(0),
    startupMs: declared.startupMs ?? startupOfProbe(declared.probes.startup) ?? byDefault(30_000),
    replicas: declared.replicas ?? byDefault(3),
    maxSurge: declared.maxSurge ?? byDefault(1),
    maxUnavailable: declared.maxUnavailable ?? byDefault(0),
    endpointLagMs: declared.endpointLagMs ?? byDefault(500),
    wireDelayMs: declared.wireDelayMs ?? byDefault(25),
    stopSignal: declared.stopSignal?.value ?? 'SIGTERM',
    acceptedExitCodes: declared.acceptedExitCodes?.value ?? [0],
    allowsIdempotentRetry: declared.allowsIdempotentRetry?.value ?? false,
    telemetryBudgetRatio: declared.telemetryBudgetRatio?.value ?? 1.5,
    isTelemetryBudgetDeclared: declared.telemetryBudgetRatio !== undefined,
    normal: { listeningAfterMs: 0, readyAfterMs: 0 },
    telemetry: { traces: false, metrics: false, logs: false },
    machine: {
      isLinux: process.platform === 'linux',
      hasPidNamespaces: false,
      processorCount: availableParallelism(),
    },
    warnings: declared.notes,
  }
}

function byDefault<T>(value: T): Known<T> {
  return { value, origin: 'default' }
}

/** What a startup probe allows: its delay, and as many periods as it may fail. */
function startupOfProbe(probe: DeclaredProbe | undefined): Known<number> | undefined {
  if (probe === undefined) return undefined
  const { periodMs, failureThreshold, initialDelayMs } = PROBE_DEFAULTS
  const value =
    (probe.initialDelayMs?.value ?? initialDelayMs) +
    (probe.periodMs?.value ?? periodMs) * (probe.failureThreshold?.value ?? failureThreshold)
  return { value, origin: 'manifest' }
}
