import { loadTrials, loadVoyages } from '../../trial/catalogue.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'
import { explainTrials, listTrials } from '../trial/list-trials.ts'
import { readTrialWords, readWishes } from '../trial/trial-flags.ts'
import { TRIAL_OPTIONS } from '../trial/trial-options.ts'

export default defineCommand({
  id: 'trial',
  summary: 'Try a service as production would, and say what fails, with what mends it.',
  usage: '[options] -- <command> [arguments]',
  description: [
    'Starts the command again and again, in any language: under load, with SIGTERM in the middle of it, without its',
    'collector, without its database. Every claim is a trial with one verdict: PASS, FAIL with the counter-example and',
    'what mends it, INCONCLUSIVE when its precondition was not seen, SKIP with what to declare. Takes about four minutes;',
    '--quick about one. Exits with 1 when a trial failed, with 4 under --strict when one is inconclusive, with 3 when the',
    'service could not be started or the harness failed. What is said of the service can stand in seaworthy.trial.yaml.',
  ].join('\n'),
  takesCommand: true,
  options: TRIAL_OPTIONS,
  examples: [
    { command: 'seaworthy trial --quick -- node server.js', shows: 'About a minute; what it needs to know is found.' },
    { command: "seaworthy trial --only 'STOP-*' -- ./server", shows: 'Only how it stops.' },
    {
      command: 'seaworthy trial --manifest deploy.yaml --dep db=DATABASE_URL --junit trial.xml -- node server.js',
      shows: 'In a pipeline, with the numbers of the deployment and a database behind a proxy that fails.',
    },
    { command: 'seaworthy trial --list', shows: 'What is tried.' },
    { command: 'seaworthy trial --replay run.gz', shows: 'The verdicts of a run that --save run.gz wrote.' },
  ],
  async run(context) {
    const { options, lists } = context
    if (lists['explain'] !== undefined) {
      explainTrials(await loadTrials(), readTrialWords(lists['explain']), { ...context, voyages: await loadVoyages() })
      return CLI_EXIT_CODE.ok
    }
    if (options['list'] === true) {
      listTrials(await loadTrials(), { ...readWishes(context), isFull: true }, context)
      return CLI_EXIT_CODE.ok
    }
    return options['replay'] === undefined ? tryService(context) : replaySaved(context)
  },
})

// What tries a service loads load, receivers and proxies: a list of the trials needs none of it.

async function tryService(context: CommandContext): Promise<number> {
  const { runTrial } = await import('../trial/run-trial.ts')
  return runTrial(context)
}

async function replaySaved(context: CommandContext): Promise<number> {
  const { replayTrial } = await import('../trial/replay-trial.ts')
  return replayTrial(context)
}
