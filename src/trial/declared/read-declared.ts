import type { ProbeName } from '../history/event.ts'
import { DeclarationProblems } from './declaration-problems.ts'
import type { Declared, DeclaredProbe } from './declared.ts'
import { mergeDependencies, mergeEnv, mergeHeaders, withManifestEnv } from './merge-pairs.ts'
import { DECLARED_OPTIONS, type DeclaredKey, isFlagKey } from './options.ts'
import { type Placed, placedFlag } from './placed.ts'
import { readCommand } from './read-command.ts'
import { readDeclaredFile } from './read-file.ts'
import { type FromManifest, readManifest } from './read-manifest.ts'
import { readNumbers, withoutAbsent } from './read-numbers.ts'
import { readOpenApi } from './read-openapi.ts'
import { readBadValues } from './read-pairs.ts'
import { readProbeSaid } from './read-probe-said.ts'
import { readReload } from './read-reload.ts'
import { readRoutes } from './read-routes.ts'
import { readBoolean, readExitCodes, readInteger, readSignal } from './read-scalars.ts'
import { Sources } from './sources.ts'

/** Values of the flags, by name; names that are not of {@link DECLARED_OPTIONS} are passed over. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

export interface Surroundings {
  /** Where the command runs: files are named from here, and `seaworthy.trial.yaml` is looked for here. */
  readonly cwd: string
  /** The environment that the command gets: stronger than a manifest, whose addresses are those of a cluster. */
  readonly env: Readonly<Record<string, string | undefined>>
}

const PROBES: readonly ProbeName[] = ['ready', 'live', 'startup']

/**
 * Reads all that a user said of the service: a flag is stronger than the file, the file than the manifest. Everything that
 * is wrong is told at once, with its key, its place and what to do, and never with a secret.
 *
 * @throws {@link SeaworthyError} `SEA_TRIAL_DECLARATION_INVALID`
 */
export async function readDeclared(flags: FlagValues, { cwd, env }: Surroundings): Promise<Declared> {
  const problems = new DeclarationProblems()
  const notes: string[] = []
  const file = await readDeclaredFile(cwd, problems)
  const sources = new Sources(
    [
      { origin: 'flag', said: saidByFlags(flags) },
      { origin: 'file', said: file },
    ],
    problems,
  )
  const saidEnv = mergeEnv(sources)
  const [manifestSaid] = sources.places('manifest')
  const given = { ...env, ...Object.fromEntries([...saidEnv].map(([name, { value }]) => [name, value])) }
  const manifest =
    manifestSaid === undefined ? undefined : await readManifest(manifestSaid.node, { cwd, env: given }, problems, notes)
  const [reloadSaid] = sources.places('reload')
  const reload = reloadSaid === undefined ? undefined : await readReload(reloadSaid.node, cwd, problems)
  const [openApiSaid] = sources.places('openapi')
  const candidates = openApiSaid === undefined ? [] : await readOpenApi(openApiSaid.node, cwd, problems)
  const [badValues] = sources.all('bad-value', readBadValues)
  const { port: portOfUrl, ...routes } = readRoutes(sources)
  const variables = withManifestEnv(saidEnv, manifest?.env, env)
  const declared: Declared = {
    ...routes,
    ...readNumbers(sources, manifest, problems),
    ...withoutAbsent({
      command: sources.read('command', readCommand),
      port: sources.read('port', readInteger(1, 65_535)) ?? portOfUrl ?? manifest?.port,
      stopSignal: sources.read('stop-signal', readSignal),
      acceptedExitCodes: sources.read('accept-exit', readExitCodes),
      allowsIdempotentRetry: sources.read('allow-idempotent-retry', readBoolean),
      reload:
        reload === undefined || reloadSaid === undefined ? undefined : { value: reload, origin: reloadSaid.origin },
    }),
    isInsecure: sources.read('insecure', readBoolean) ?? { value: false, origin: 'default' },
    candidateRoutes: candidates.map((value) => ({ value, origin: openApiSaid?.origin ?? 'file' })),
    probes: mergeProbes(sources, manifest, problems),
    env: variables,
    headers: mergeHeaders(sources),
    dependencies: mergeDependencies(sources, [...Object.keys(env), ...Object.keys(variables)]),
    badValues: (badValues?.value ?? []).map((value) => ({ value, origin: badValues?.origin ?? 'file' })),
    notes,
  }
  problems.done()
  return declared
}

function saidByFlags(flags: FlagValues): ReadonlyMap<DeclaredKey, Placed> {
  const said = new Map<DeclaredKey, Placed>()
  for (const [name, value] of Object.entries(flags)) {
    if (!isFlagKey(name) || value === undefined || value === false) continue
    if (typeof value === 'object' && value.length === 0) continue
    const isRepeatable = 'isRepeatable' in DECLARED_OPTIONS[name]
    // Of an option that is given twice by accident, the last counts, as everywhere.
    said.set(name, placedFlag(name, typeof value === 'object' && !isRepeatable ? (value.at(-1) ?? '') : value))
  }
  return said
}

/** Each part of a probe is the strongest that was said of it: a path by a flag keeps the timing of the manifest. */
function mergeProbes(
  sources: Sources,
  manifest: FromManifest | undefined,
  problems: DeclarationProblems,
): Declared['probes'] {
  const merged: Partial<Record<ProbeName, DeclaredProbe>> = {}
  for (const name of PROBES) {
    const said = sources.places(name).map(({ node, origin }) => readProbeSaid(node, origin, problems))
    const all = [...said, manifest?.probes[name] ?? {}]
    const probe = Object.assign({}, ...all.toReversed()) as DeclaredProbe
    if (Object.keys(probe).length > 0) merged[name] = probe
  }
  return merged
}
