import type { Clock } from '../../core/clock.ts'
import type { Declared } from '../declared/declared.ts'
import type { DependencyFact } from '../facts.ts'
import { type NamedVariable, parseDependency, parsePair } from './parse-dependency.ts'
import { canConnect } from './can-connect.ts'

/** What a variable of a host ends with, where that of the port ends with PORT: `DB_HOST`, `PGHOST`, `DATABASE__HOST`. */
const HOST_ENDING = /(?<=.)HOST(?:NAME)?$/

export interface FoundDependencies {
  readonly dependencies: readonly DependencyFact[]
  readonly warnings: readonly string[]
}

/** Variables that hold addresses and are no dependencies: of tools, of the telemetry, of the service itself. */
const NOT_MEANT =
  /^(?:OTEL_|SEAWORTHY_|npm_|NPM_|NODE_|YARN_|PNPM_|PIP_|UV_|GO|CARGO_|MAVEN_|GRADLE_|DOCKER_|KUBERNETES_|SSH_|XDG_|VSCODE_|CI_|GITHUB_|DBUS_|DISPLAY|BROWSER|TERM)|proxy|registry|mirror|index_url|(?:^|_)(?:ADDR|ADDRESS|LISTEN|BIND|ORIGIN|ORIGINS|BASE_URL|PUBLIC_URL|SELF_URL)$/i

/** What most names end with, and says nothing. */
const ENDING = /_(?:URL|URI|DSN|ADDR|ADDRESS|HOST|SERVER|SERVERS|BROKERS|ENDPOINT|CONNECTION_STRING)$/i

/**
 * The dependencies that were declared, then those that are found: variables whose values are addresses that somebody
 * listens on. What can't be connected to is no dependency that a trial could take away.
 */
export async function findDependencies(
  clock: Clock,
  declared: Declared,
  env: Readonly<Record<string, string | undefined>>,
): Promise<FoundDependencies> {
  const warnings: string[] = []
  const dependencies: DependencyFact[] = []
  for (const { value, origin } of declared.dependencies) {
    const { name, variable, portVariable } = value
    const found = read({ name, variable, origin, ...(portVariable === undefined ? {} : { portVariable }) }, env)
    if (found !== undefined) dependencies.push(found)
    else {
      const unset = [variable, portVariable].find((each) => each !== undefined && env[each] === undefined)
      const because =
        unset === undefined
          ? `${variable} holds no address that a proxy can stand in front of (of those that are encrypted only one on localhost is, because of the name in its certificate)`
          : `${unset} is not set`
      warnings.push(`The dependency "${name}" can't be tried: ${because}`)
    }
  }
  const known = new Set(dependencies.flatMap(({ variable, portVariable = variable }) => [variable, portVariable]))
  for (const variable of Object.keys(env)) {
    if (known.has(variable) || NOT_MEANT.test(variable)) continue
    const portVariable = portVariableOf(variable, env)
    const name = nameOf(variable)
    const named = { name, variable, origin: 'found', ...(portVariable === undefined ? {} : { portVariable }) } as const
    const found = read(named, env)
    if (found === undefined || dependencies.some((each) => each.name === name)) continue
    if (await canConnect(clock, found)) dependencies.push(found)
  }
  return { dependencies, warnings }
}

type Env = Readonly<Record<string, string | undefined>>

function read(named: NamedVariable, env: Env): DependencyFact | undefined {
  const value = env[named.variable]
  if (value === undefined) return undefined
  if (named.portVariable === undefined) return parseDependency(named, value)
  const port = env[named.portVariable]
  return port === undefined ? undefined : parsePair(named, value, port)
}

/** `DB_PORT` beside `DB_HOST`, when it holds a port. */
function portVariableOf(variable: string, env: Env): string | undefined {
  const portVariable = variable.replace(HOST_ENDING, 'PORT')
  return portVariable !== variable && /^\d{1,5}$/.test(env[portVariable]?.trim() ?? '') ? portVariable : undefined
}

function nameOf(variable: string): string {
  return variable.replace(ENDING, '').toLowerCase().replaceAll(/_+/g, '-')
}
