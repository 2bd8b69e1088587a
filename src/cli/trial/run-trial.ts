import { randomBytes, randomInt } from 'node:crypto'
import { systemClock } from '../../core/clock.ts'
import { Random } from '../../load/random.ts'
import { chooseTrials } from '../../trial/choose.ts'
import { loadTrials, loadVoyages } from '../../trial/catalogue.ts'
import { DECLARED_FILE } from '../../trial/declared/options.ts'
import { readDeclared } from '../../trial/declared/read-declared.ts'
import type { RunSettings, TrialReport } from '../../trial/report.ts'
import { RUN_VARIABLE, runMarker } from '../../trial/run-marker.ts'
import { runTrials } from '../../trial/run-trials.ts'
import { hideFacts } from '../../trial/saved/hidden-facts.ts'
import { RunSaver } from '../../trial/saved/save-run.ts'
import { createBridge } from '../../trial/ship/bridge.ts'
import { StartedDependencies } from '../../trial/ship/started-dependencies.ts'
import { survey } from '../../trial/survey/survey.ts'
import type { Trial } from '../../trial/trial.ts'
import { noiseOf } from '../../trial/verdict/noise-guard.ts'
import type { CommandContext } from '../command.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'
import { packageVersion } from '../package-version.ts'
import { usage } from '../parse-arguments.ts'
import { Interruption } from './interruption.ts'
import { readTrialFlags, type TrialFlags } from './trial-flags.ts'
import { trialExitCode } from './trial-exit-code.ts'
import { openOutput, type TrialOutput } from './trial-output.ts'
import { writeOutputs } from './write-outputs.ts'

const MAX_SEED = 2 ** 32

/** Time of day, in milliseconds since 1970, that never goes back. */
const unixMs = (): number => performance.timeOrigin + systemClock.now()

/** Tries a service, shows it, and leaves nothing behind, however it ends. @returns the exit code */
export async function runTrial(context: CommandContext): Promise<number> {
  const flags = readTrialFlags(context)
  const trials = chooseTrials((await loadTrials()).values(), flags.wishes)
  const declared = await readDeclared({ ...context.options, ...context.lists }, context)
  const command = context.rest.length > 0 ? context.rest : declared.command?.value
  if (command === undefined)
    throw usage(
      'there is no command to run',
      `Put it after "--": seaworthy trial -- node server.js; or write "command: [node, server.js]" into ${DECLARED_FILE}.`,
    )
  await using saver = flags.save === undefined ? undefined : await RunSaver.open(flags.save, systemClock)
  const trialId = randomBytes(6).toString('hex')
  using interruption = new Interruption(systemClock, runMarker(trialId))
  const output = openOutput({ context, command, clock: systemClock, trials, isJson: flags.isJson })
  const session = { context, command, flags, trials, trialId, output, saver, signal: interruption.signal }
  try {
    const report = await sail(session, declared)
    const problemCount = await finish(session, report)
    const judgedCode = problemCount > 0 ? CLI_EXIT_CODE.notStarted : trialExitCode(report, flags.isStrict)
    const code = interruption.exitCode ?? judgedCode
    output.ended(report, code)
    return code
  } catch (error) {
    output.close()
    // What a survey throws because it was given up is no news.
    if (interruption.exitCode !== undefined) return interruption.exitCode
    throw error
  } finally {
    output.close()
    if (interruption.cause?.kind === 'bug') tellBug(context, interruption.cause.error)
  }
}

interface Session {
  readonly context: CommandContext
  readonly command: readonly string[]
  readonly flags: TrialFlags
  readonly trials: readonly Trial[]
  readonly trialId: string
  readonly output: TrialOutput
  readonly saver: RunSaver | undefined
  readonly signal: AbortSignal
}

async function sail(session: Session, declared: Awaited<ReturnType<typeof readDeclared>>): Promise<TrialReport> {
  const { context, command, flags, trials, trialId, output, saver, signal } = session
  const { pace, soakMs } = flags
  const seed = flags.seed ?? randomInt(MAX_SEED)
  const startedAt = systemClock.now()
  const startedAtUnixMs = unixMs()
  const say = (what: string): void => output.watcher.said?.(what)
  const env = { ...context.env, [RUN_VARIABLE]: trialId }
  await using started = await StartedDependencies.start({
    dependencies: declared.dependencies.map(({ value }) => value),
    cwd: context.cwd,
    env,
    clock: systemClock,
    signal,
    say,
  })
  const facts = await survey({
    declared,
    command,
    cwd: context.cwd,
    env: { ...env, ...started.env },
    clock: systemClock,
    random: new Random(seed),
    signal,
    say,
    unixMs,
    trialId,
  })
  const settings: RunSettings = {
    version: packageVersion(),
    trialId,
    seed,
    pace,
    ...(soakMs === undefined ? {} : { soakMs }),
    chosen: trials.map(({ id }) => id),
    startedAtUnixMs,
    facts: hideFacts(facts),
  }
  output.begun(settings)
  await saver?.begin(settings)
  const result = await runTrials({
    trials,
    voyages: await loadVoyages(),
    facts,
    pace,
    ...(soakMs === undefined ? {} : { soakMs }),
    seed,
    trialId,
    clock: systemClock,
    unixMs,
    signal,
    openBridge: createBridge,
    guard: noiseOf,
    watcher: {
      planned: (plan) => output.watcher.planned?.(plan),
      voyageBegan: (leg, attempt) => output.watcher.voyageBegan?.(leg, attempt),
      said: (what, leg) => output.watcher.said?.(what, leg),
      judged: (judged) => output.watcher.judged?.(judged),
      voyageEnded: async (sailed) => {
        await output.watcher.voyageEnded?.(sailed)
        await saver?.add(sailed)
      },
    },
  })
  if (!signal.aborted) for (const sentence of started.ended) context.note(`seaworthy: ${sentence}`)
  return { ...settings, ...result, tookMs: systemClock.now() - startedAt, isInterrupted: signal.aborted }
}

/** Writes what was asked for. @returns how much of it could not be written */
async function finish({ context, flags, output, saver }: Session, report: TrialReport): Promise<number> {
  const notSaved = await saver?.end({ tookMs: report.tookMs, isInterrupted: report.isInterrupted })
  const problems = [
    ...(notSaved === undefined ? [] : [`${flags.save ?? ''} is not whole: ${notSaved}`]),
    ...(await writeOutputs(report, flags)),
  ]
  if (problems.length > 0) output.close()
  for (const problem of problems) context.note(`seaworthy: ${problem}`)
  return problems.length
}

function tellBug({ note }: CommandContext, error: unknown): void {
  note(`seaworthy: a bug of ours, please report it:\n${error instanceof Error ? error.stack : String(error)}`)
}
