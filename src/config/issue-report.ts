import { type ConfigPath, formatPath, isWithin, pathId } from './config-path.ts'
import { type ConfigNode, nearestNode, nodeAt } from './config-tree.ts'
import type { ConfigSources } from './config-sources.ts'
import type { ResolvedLoadConfigOptions } from './load-config-options.ts'
import { describeOrigin } from './origin.ts'
import type { Problem, Problems } from './problem.ts'
import type { SchemaIssue } from './schema-result.ts'
import type { SecretGuard } from './secret-guard.ts'
import { writingHint } from './text-values.ts'
import { toVariableName } from './variable-name.ts'

export interface IssueContext {
  readonly settings: ResolvedLoadConfigOptions
  readonly sources: ConfigSources
  /** What the schema was asked about. */
  readonly input: ConfigNode
  readonly guard: SecretGuard
}

/** Turns what the schema complains about into problems that name key, place and way out. */
export async function reportIssues(
  issues: readonly SchemaIssue[],
  context: IssueContext,
  problems: Problems,
): Promise<void> {
  const { sources, input, guard } = context
  for (const issue of issues) {
    if (sources.broken.some((path) => isWithin(issue.path, path))) continue
    const node = nodeAt(input, issue.path)
    // The file that was to set it has a problem of its own.
    if (node === undefined && sources.isFileMissing) continue
    const what = guard.scrub(withoutPath(issue))
    problems.add(
      node === undefined
        ? { ...(await describeAbsence(issue.path, context)), what }
        : { ...describePresence(issue.path, node, context), what },
    )
  }
}

function describePresence(path: ConfigPath, node: ConfigNode, { guard, sources }: IssueContext): Omit<Problem, 'what'> {
  if (node.kind === 'map') return { subject: formatPath(path) }
  const { origin } = node
  const isText = node.kind === 'leaf' && typeof node.value === 'string'
  return {
    subject: node.kind === 'leaf' ? guard.showLeaf(path, node) : formatPath(path),
    from: describeOrigin(origin),
    suggestion: origin.source === 'environment' && isText ? writingHint(sources.shape.typesAt(path)) : '',
  }
}

async function describeAbsence(path: ConfigPath, context: IssueContext): Promise<Omit<Problem, 'what'>> {
  const { node } = nearestNode(context.input, path)
  const isInList = path.some((segment) => typeof segment === 'number')
  return {
    subject: formatPath(path),
    from: isInList ? `not set in ${describeOrigin(node.origin)}` : 'not set',
    suggestion: isInList ? '' : await suggestSource(path as readonly string[], context),
  }
}

async function suggestSource(path: readonly string[], { settings, sources }: IssueContext): Promise<string> {
  const level = await sources.shape.levelAt(path)
  if (level !== undefined && level.keys.size > 0) return `It has the keys ${[...level.keys].join(', ')}.`
  const lastFile = settings.files.at(-1)
  const places = lastFile === undefined ? [] : [`in ${typeof lastFile === 'string' ? lastFile : lastFile.path}`]
  const mapped = [...settings.variables].find(([, target]) => pathId(target) === pathId(path))?.[0]
  if (Object.keys(settings.env).length > 0) {
    places.push(`as variable ${mapped ?? toVariableName(path, settings.envPrefix)}`)
  }
  return places.length === 0 ? '' : `Set it ${places.join(' or ')}.`
}

/** Some libraries begin their messages with the path, which stands before it already. */
function withoutPath({ path, message }: SchemaIssue): string {
  const start = `${formatPath(path)} `
  return message.startsWith(start) ? message.slice(start.length) : message
}
