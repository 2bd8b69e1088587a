import { DECLARED_OPTIONS } from '../../trial/declared/options.ts'
import type { CommandOption } from '../command.ts'

/** What is tried, how long, and where it is written: options of `seaworthy trial` besides what is said of the service. */
const OWN_OPTIONS = {
  list: { type: 'boolean', help: 'List the trials, and try nothing.' },
  explain: {
    type: 'string',
    value: 'TRIAL',
    help: 'Print what a trial claims, how it is tried, and what mends a failure, and try nothing.',
    isRepeatable: true,
  },
  only: {
    type: 'string',
    value: 'TRIALS',
    help: 'Trials to run: ids, slugs, areas, or patterns such as "STOP-*", with "," between them.',
    default: 'all but the extra ones',
    isRepeatable: true,
  },
  skip: { type: 'string', value: 'TRIALS', help: 'Trials not to run, written in the same way.', isRepeatable: true },
  quick: { type: 'boolean', help: 'Take about a minute: shorter voyages, fewer repetitions.' },
  full: { type: 'boolean', help: 'Run the extra trials, too.' },
  soak: { type: 'string', value: 'DURATION', help: 'Watch growth for so long, such as "10m".' },
  seed: {
    type: 'string',
    value: 'NUMBER',
    help: 'Seed of everything that is random; the same one does the same again.',
    default: 'a new one, which is printed',
  },
  strict: { type: 'boolean', help: 'Exit with 4 when a trial is inconclusive.' },
  save: { type: 'string', value: 'FILE', help: 'Save everything that was seen, to be judged again with --replay.' },
  replay: { type: 'string', value: 'FILE', help: 'Judge a saved run again, without starting anything.' },
  json: { type: 'boolean', help: 'Print one JSON object a line for each event.' },
  junit: { type: 'string', value: 'FILE', help: 'Write the verdicts as JUnit XML.' },
  markdown: { type: 'string', value: 'FILE', help: 'Write a summary as Markdown.' },
  html: { type: 'string', value: 'FILE', help: 'Write a page that shows every request, probe and signal.' },
} as const satisfies Readonly<Record<string, CommandOption>>

export const TRIAL_OPTIONS: Readonly<Record<string, CommandOption>> = { ...OWN_OPTIONS, ...DECLARED_OPTIONS }

/** Options that a replay can't obey: what they would change has already happened. */
export const NOT_WITH_REPLAY: readonly string[] = ['only', 'skip', 'quick', 'full', 'soak', 'seed', 'save'].concat(
  Object.keys(DECLARED_OPTIONS),
)
