import type { Clock } from '../../core/clock.ts'
import type { Declared } from '../declared/declared.ts'
import type { DependencyFact } from '../facts.ts'
import { parseDependency } from './parse-dependency.ts'
import { canConnect } from './can-connect.ts'

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
    const text = env[value.variable]
    const found = text === undefined ? undefined : parseDependency({ ...value, origin }, text)
    if (found !== undefined) dependencies.push(found)
    else if (text === undefined)
      warnings.push(`The dependency "${value.name}" can't be tried: ${value.variable} is not set`)
    else
      warnings.push(
        `The dependency "${value.name}" can't be tried: ${value.variable} holds no address that a proxy can stand in front of (encrypted ones are not)`,
      )
  }
  const known = new Set(dependencies.map(({ variable }) => variable))
  for (const [variable, value = ''] of Object.entries(env)) {
    if (known.has(variable) || NOT_MEANT.test(variable)) continue
    const name = variable.replace(ENDING, '').toLowerCase().replaceAll('_', '-')
    const found = parseDependency({ name, variable, origin: 'found' }, value)
    if (found === undefined || dependencies.some((each) => each.name === name)) continue
    if (await canConnect(clock, found)) dependencies.push(found)
  }
  return { dependencies, warnings }
}
