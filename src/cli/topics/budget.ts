import { existsSync } from 'node:fs'
import { parseDurationWithUnit } from '../../core/duration.ts'
import type { Environment } from '../../core/env-reader.ts'
import { didYouMean } from '../../core/nearest-name.ts'
import { type BudgetExplanation, explainBudget } from '../../lifecycle/budget-explanation.ts'
import { renderBudget } from '../../lifecycle/budget-table.ts'
import { PLATFORM_NAMES } from '../../lifecycle/platform.ts'
import { askBudget } from '../ask-budget.ts'
import { type CommandContext, type CommandOption, defineCommand } from '../command.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'
import { usage } from '../parse-arguments.ts'

type Options = CommandContext['options']

/** Slices by the option that sets them, in the order of the equation. */
const SLICE_FLAGS = {
  'drain-delay': { slice: 'drainDelay', help: 'How long listeners go on accepting.', default: '5s' },
  'in-flight': { slice: 'inFlight', help: 'How long requests and jobs may take to end.', default: '10s' },
  stop: { slice: 'stop', help: 'How long resources may take to stop.', default: '4s' },
  flush: { slice: 'flush', help: 'Reserved for telemetry.', default: '4s' },
  margin: { slice: 'margin', help: 'Left for the report and the end of the process.', default: '2s' },
} as const

function time(help: string, fallback: string): CommandOption {
  return { type: 'string', value: 'TIME', help, default: fallback }
}

export const budgetTopic = defineCommand({
  id: 'budget',
  summary: 'The time budget of a shutdown, held against the grace period.',
  usage: '[options]',
  description: [
    'Prints preStop + drainDelay + inFlight + stop + flush + margin = total ≤ grace, where each number came from, whether',
    'it fits, and what to change. By default it works them out from the environment, as a service does at its boot; with',
    '--url it asks a running service. Exits with 0 when the budget fits, with 1 when it does not.',
  ].join('\n'),
  options: {
    'pre-stop': time('What a preStop hook takes before the signal comes.', 'SEAWORTHY_PRE_STOP_SECONDS, or 0s'),
    ...Object.fromEntries(
      Object.entries(SLICE_FLAGS).map(([flag, { help, default: fallback }]) => [flag, time(help, fallback)]),
    ),
    grace: time('The time between the signal and SIGKILL.', 'SEAWORTHY_GRACE_SECONDS, or that of the platform'),
    platform: {
      type: 'string',
      value: 'NAME',
      help: `Where the service runs: ${PLATFORM_NAMES.join(', ')}, none.`,
      default: 'what the environment says',
    },
    terminal: { type: 'boolean', help: 'As with a person at a terminal: no drain delay, a short flush.' },
    url: {
      type: 'string',
      value: 'URL',
      help: 'Ask the admin port of a running service; from elsewhere with SEAWORTHY_ADMIN_TOKEN.',
    },
    json: { type: 'boolean', help: 'Print one JSON object instead of text.' },
  },
  examples: [
    { command: 'seaworthy explain budget --platform kubernetes --in-flight 20s', shows: 'Does it fit into a pod?' },
    { command: 'seaworthy explain budget --url http://127.0.0.1:9091', shows: 'What a running service goes by.' },
  ],
  async run({ options, env, print }) {
    const explanation = options['url'] === undefined ? workOut(options, env) : await askRunning(options, env)
    print(options['json'] === true ? JSON.stringify(explanation) : renderBudget(explanation))
    return explanation.fits ? CLI_EXIT_CODE.ok : CLI_EXIT_CODE.failed
  },
})

/** What only `seaworthy/register` reads, by the option that has the same effect here. */
const REGISTER_VARIABLES = {
  SEAWORTHY_IN_FLIGHT: 'in-flight',
  SEAWORTHY_STOP: 'stop',
  SEAWORTHY_FLUSH: 'flush',
} as const

function workOut(options: Options, env: Environment): BudgetExplanation {
  const explanation = explainBudget(...readFlags(options, env))
  const ignored = Object.entries(REGISTER_VARIABLES).flatMap(([name, flag]) => {
    const value = env[name]?.trim() ?? ''
    return value === '' || options[flag] !== undefined ? [] : [{ name, flag: `--${flag} ${value}` }]
  })
  if (ignored.length === 0) return explanation
  const names = ignored.map(({ name }) => name).join(', ')
  const flags = ignored.map(({ flag }) => flag).join(' ')
  const note = `${names} ${ignored.length === 1 ? 'is' : 'are'} set and left out: only seaworthy/register reads ${ignored.length === 1 ? 'it' : 'them'}. For a process that is started with it, add ${flags}.`
  return { ...explanation, advice: [...explanation.advice, note] }
}

function readFlags(options: Options, env: Environment): Parameters<typeof explainBudget> {
  const times = readTimes(options)
  const slices = Object.fromEntries(
    Object.entries(SLICE_FLAGS).flatMap(([flag, { slice }]) => {
      const ms = times.get(flag)
      return ms === undefined ? [] : [[slice, ms]]
    }),
  )
  const graceMs = times.get('grace')
  const preStopMs = times.get('pre-stop')
  const platform = readPlatform(options['platform'])
  const flags = {
    slices: true,
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(preStopMs === undefined ? {} : { preStopMs }),
    ...(platform === undefined ? {} : { platform }),
  }
  // A flag wins over its variable, as flags do.
  const { SEAWORTHY_DRAIN_DELAY, ...others } = env
  const visible = 'drainDelay' in slices ? others : { ...others, SEAWORTHY_DRAIN_DELAY }
  return [slices, { env: visible, isTerminal: options['terminal'] === true, hasFile: existsSync, flags }]
}

/** Every option that is a time, in milliseconds; what is none is named in one error, all of it. */
function readTimes(options: Options): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  const wrong: string[] = []
  for (const name of ['pre-stop', ...Object.keys(SLICE_FLAGS), 'grace']) {
    const text = options[name]
    if (text === undefined) continue
    // A number alone is not taken: 30 would be milliseconds here and seconds in every manifest.
    const ms = parseDurationWithUnit(String(text))
    if (ms === undefined) wrong.push(`--${name} is "${text}"`)
    else times.set(name, ms)
  }
  if (wrong.length > 0)
    throw usage(
      `${wrong.join(' and ')}, expected a time`,
      `Write ${wrong.length === 1 ? 'it with its unit' : 'them with their units'}, like 500ms or 30s.`,
    )
  return times
}

function readPlatform(name: string | boolean | undefined): string | undefined {
  if (name === undefined) return undefined
  const names = [...PLATFORM_NAMES, 'none']
  if (names.includes(String(name))) return String(name)
  throw usage(`--platform is "${name}"`, didYouMean(String(name), names) || `Platforms: ${names.join(', ')}.`)
}

async function askRunning(options: Options, env: Environment): Promise<BudgetExplanation> {
  const others = Object.keys(options).filter((name) => !['url', 'json'].includes(name))
  if (others.length > 0)
    throw usage(`--${others[0]} can't be combined with --url`, 'A running service has worked its budget out already.')
  return askBudget(String(options['url']), env)
}
