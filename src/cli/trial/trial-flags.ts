import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DURATION_WITH_UNIT_FORM, parseDurationWithUnit } from '../../core/duration.ts'
import type { Wishes } from '../../trial/choose.ts'
import type { Pace } from '../../trial/pace.ts'
import type { CommandContext } from '../command.ts'
import { usage } from '../parse-arguments.ts'
import { NOT_WITH_REPLAY } from './trial-options.ts'

/** The options of a trial, read and checked. Paths are absolute. */
export interface TrialFlags {
  readonly wishes: Wishes
  readonly pace: Pace
  readonly soakMs?: number
  /** Absent: a new one. */
  readonly seed?: number
  readonly isStrict: boolean
  readonly isJson: boolean
  readonly save?: string
  readonly replay?: string
  readonly outputs: Outputs
}

/** Files to be written at the end. */
export type Outputs = Readonly<Partial<Record<(typeof OUTPUTS)[number], string>>>

export const OUTPUTS = ['junit', 'markdown', 'html'] as const
const MAX_SEED = 2 ** 32 - 1

/** @throws {@link SeaworthyError} `SEA_CLI_USAGE`, before anything is started */
export function readTrialFlags(context: CommandContext): TrialFlags {
  const { options } = context
  refuseWithReplay(context)
  const soakMs = readSoak(options['soak'])
  const seed = readSeed(options['seed'])
  const save = readFileToWrite(context, 'save')
  const { replay } = options
  return {
    wishes: { ...readWishes(context), isFull: options['full'] === true },
    pace: readPace(options),
    ...(soakMs === undefined ? {} : { soakMs }),
    ...(seed === undefined ? {} : { seed }),
    isStrict: options['strict'] === true,
    isJson: options['json'] === true,
    ...(save === undefined ? {} : { save }),
    ...(typeof replay === 'string' ? { replay: resolve(context.cwd, replay) } : {}),
    outputs: Object.fromEntries(
      OUTPUTS.flatMap((name) => {
        const file = readFileToWrite(context, name)
        return file === undefined ? [] : [[name, file]]
      }),
    ),
  }
}

/** Words with `,` between them, of every time that the option was given. */
export function readWishes({ lists }: Pick<CommandContext, 'lists'>): Pick<Wishes, 'only' | 'skip'> {
  return { only: readTrialWords(lists['only']), skip: readTrialWords(lists['skip']) }
}

/** What trials were named, each by a word. */
export function readTrialWords(values: readonly string[] = []): readonly string[] {
  return values.flatMap((value) => value.split(',').map((word) => word.trim())).filter((word) => word !== '')
}

function readPace(options: CommandContext['options']): Pace {
  const chosen = ['quick', 'full', 'soak'].filter((name) => options[name] !== undefined)
  if (chosen.includes('quick') && chosen.length > 1)
    throw usage(`--quick and --${chosen[1]} do not go together`, 'Choose one of them.')
  if (options['quick'] === true) return 'quick'
  return options['soak'] === undefined ? 'default' : 'soak'
}

function readSoak(text: CommandContext['options'][string]): number | undefined {
  if (typeof text !== 'string') return undefined
  const ms = parseDurationWithUnit(text)
  if (ms !== undefined && ms > 0) return ms
  throw usage(`--soak is "${text}", expected ${DURATION_WITH_UNIT_FORM}`, 'Write it like --soak 10m.')
}

function readSeed(text: CommandContext['options'][string]): number | undefined {
  if (typeof text !== 'string') return undefined
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (seed <= MAX_SEED) return seed
  throw usage(`--seed is "${text}", expected a whole number from 0 to ${MAX_SEED}`, 'Copy the one that a run printed.')
}

/** Refused now, and not after minutes of trials. */
function readFileToWrite({ options, cwd }: CommandContext, name: string): string | undefined {
  const given = options[name]
  if (typeof given !== 'string') return undefined
  const path = resolve(cwd, given)
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  if (isFolder) throw usage(`--${name} is "${given}", which is a folder`, 'Name a file.')
  try {
    accessSync(dirname(path), constants.W_OK)
  } catch {
    throw usage(`--${name} is "${given}", and nothing can be written there`, 'Name a file in a folder that exists.')
  }
  return path
}

function refuseWithReplay({ options, lists, rest }: CommandContext): void {
  if (options['replay'] === undefined) return
  if (rest.length > 0)
    throw usage('--replay starts nothing, and there is a command after "--"', 'Take one of the two away.')
  const wrong = NOT_WITH_REPLAY.find((name) => options[name] !== undefined || lists[name] !== undefined)
  if (wrong !== undefined)
    throw usage(`--replay judges what was saved, and --${wrong} can't change that`, `Take --${wrong} away.`)
}
