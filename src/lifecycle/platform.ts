import type { Environment } from '../core/env-reader.ts'

/** What tells where a process runs. Everything is passed in: detection looks at nothing by itself. */
export interface PlatformSurroundings {
  readonly env: Environment
  /** The process's own id. @default unknown: systemd is not recognised */
  readonly pid?: number
  /** Whether a file exists. @default no file does: a bare container is not recognised */
  readonly hasFile?: (path: string) => boolean
}

/** What ends a process from outside: it sends a signal, waits for its grace period, and then kills. */
export interface Platform {
  readonly id: string
  /** How messages call it. */
  readonly title: string
  /** The time between its signal and SIGKILL, unless it was told otherwise, in milliseconds. */
  readonly graceMs: number
  /** What to change there for a longer grace period; absent where nothing can be changed. */
  readonly setting?: string
  /** Where the vendor says so. */
  readonly source: string
  /**
   * Whether a service there can have a terminal for its output without a person at it (`tty: true` in a pod). The drain
   * delay is on there, terminal or not.
   */
  readonly hasUnwatchedTerminals: boolean
  readonly isHere: (around: PlatformSurroundings) => boolean
}

/**
 * The platforms that say who they are, the innermost first: PM2 in a container kills before the container is killed, and
 * a pod is a container, too. Each number is what its vendor documents, and only that: an assumed grace period warns, it
 * never refuses and never scales. `SEAWORTHY_GRACE_SECONDS` beats all of them.
 */
export const PLATFORMS: readonly Platform[] = [
  {
    id: 'pm2',
    title: 'PM2',
    graceMs: 1600,
    setting: 'kill_timeout',
    source: 'https://pm2.keymetrics.io/docs/usage/signals-clean-restart/',
    hasUnwatchedTerminals: false,
    isHere: ({ env }) => isSet(env, 'pm_id'),
  },
  {
    id: 'kubernetes',
    title: 'Kubernetes',
    graceMs: 30_000,
    setting: 'terminationGracePeriodSeconds',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination',
    hasUnwatchedTerminals: true,
    isHere: ({ env }) => isSet(env, 'KUBERNETES_SERVICE_HOST'),
  },
  {
    id: 'ecs',
    title: 'Amazon ECS',
    graceMs: 30_000,
    setting: 'stopTimeout of the container definition',
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_timeout',
    hasUnwatchedTerminals: true,
    isHere: ({ env }) => isSet(env, 'ECS_CONTAINER_METADATA_URI_V4'),
  },
  {
    id: 'cloud-run',
    title: 'Cloud Run',
    graceMs: 10_000,
    source: 'https://cloud.google.com/run/docs/container-contract#instance-shutdown',
    hasUnwatchedTerminals: false,
    // Knative sets K_SERVICE as well, but there Kubernetes was recognised before.
    isHere: ({ env }) => isSet(env, 'K_SERVICE') && isSet(env, 'K_REVISION'),
  },
  {
    id: 'heroku',
    title: 'Heroku',
    graceMs: 30_000,
    source: 'https://devcenter.heroku.com/articles/dyno-shutdown-behavior',
    hasUnwatchedTerminals: false,
    isHere: ({ env }) => /^[a-z][\w-]*\.\d+$/i.test(env['DYNO'] ?? ''),
  },
  {
    id: 'fly',
    title: 'Fly.io',
    graceMs: 5000,
    setting: 'kill_timeout in fly.toml',
    source: 'https://fly.io/docs/reference/configuration/#kill_timeout-option',
    hasUnwatchedTerminals: false,
    isHere: ({ env }) => isSet(env, 'FLY_MACHINE_ID'),
  },
  {
    id: 'nomad',
    title: 'Nomad',
    graceMs: 5000,
    setting: 'kill_timeout of the task',
    source: 'https://developer.hashicorp.com/nomad/docs/job-specification/task#kill_timeout',
    hasUnwatchedTerminals: true,
    isHere: ({ env }) => isSet(env, 'NOMAD_ALLOC_ID'),
  },
  {
    id: 'systemd',
    title: 'systemd',
    graceMs: 90_000,
    setting: 'TimeoutStopSec',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/systemd-system.conf.html#DefaultTimeoutStartSec=',
    hasUnwatchedTerminals: false,
    // INVOCATION_ID alone is inherited by everything below a unit, a shell in a desktop's terminal included.
    isHere: ({ env, pid }) => pid !== undefined && env['SYSTEMD_EXEC_PID'] === String(pid),
  },
  {
    id: 'docker',
    title: 'Docker or Compose',
    graceMs: 10_000,
    setting: 'stop_grace_period (Compose) or --stop-timeout (docker run)',
    source: 'https://docs.docker.com/reference/compose-file/services/#stop_grace_period',
    hasUnwatchedTerminals: false,
    // Docker leaves the file, Podman (10 s as well) the other one and a variable. containerd alone leaves neither.
    isHere: ({ env, hasFile }) =>
      hasFile?.('/.dockerenv') === true || hasFile?.('/run/.containerenv') === true || env['container'] === 'podman',
  },
]

/** What an unknown platform is assumed to give: as Kubernetes, ECS and Heroku do. */
export const USUAL_GRACE_MS = 30_000

/** The platform that the process says it runs on, or `undefined`. */
export function detectPlatform(around: PlatformSurroundings): Platform | undefined {
  return PLATFORMS.find((platform) => platform.isHere(around))
}

/** The platform called `id`, as `--platform` has it; `compose` and `podman` are Docker's. */
export function findPlatform(id: string): Platform | undefined {
  const known = id === 'compose' || id === 'podman' ? 'docker' : id
  return PLATFORMS.find((platform) => platform.id === known)
}

/** What {@link findPlatform} takes. */
export const PLATFORM_NAMES: readonly string[] = [...PLATFORMS.map(({ id }) => id), 'compose', 'podman']

function isSet(env: Environment, name: string): boolean {
  const value = env[name]
  return value !== undefined && value !== ''
}
