import { nearestName } from '../core/nearest-name.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { areaOf } from './areas.ts'
import type { Trial } from './trial.ts'

/** Which trials somebody wants. Each word is an id, a slug, an area, or either with `*`: `STOP-*`. */
export interface Wishes {
  /** Empty: all that are no extras. */
  readonly only: readonly string[]
  readonly skip: readonly string[]
  /** Whether extras are wanted, too; one that `only` names is run anyway. */
  readonly isFull: boolean
}

/**
 * The trials that are wanted, in the order of the catalogue.
 *
 * @throws {@link SeaworthyError} `SEA_CLI_USAGE` naming every word that no trial is called, or when nothing is left
 */
export function chooseTrials(trials: Iterable<Trial>, { only, skip, isFull }: Wishes): readonly Trial[] {
  const all = [...trials]
  const unknown = [...only, ...skip].filter((word) => !all.some((trial) => isMeant(trial, word)))
  if (unknown.length > 0) throw unknownTrial(unknown, all)
  const chosen = all.filter((trial) => {
    if (skip.some((word) => isMeant(trial, word))) return false
    if (only.length === 0) return isFull || trial.isExtra !== true
    // A pattern means the usual ones; who names an extra wants it.
    return only.some((word) => isMeant(trial, word) && (isFull || trial.isExtra !== true || !isPattern(word, trial)))
  })
  if (chosen.length > 0) return chosen
  throw new SeaworthyError('SEA_CLI_USAGE', 'No trial is left', {
    hint: isFull ? 'Skip fewer, or name others with --only.' : 'Skip fewer, name others with --only, or add --full.',
  })
}

/** Whether the word is the trial's id, its slug, its area, or a pattern that one of them fits. */
function isMeant(trial: Trial, word: string): boolean {
  const pattern = toPattern(word)
  return pattern.test(trial.id) || pattern.test(trial.slug) || pattern.test(areaOf(trial.id))
}

function isPattern(word: string, trial: Trial): boolean {
  return ![trial.id, trial.slug].some((name) => name.toLowerCase() === word.trim().toLowerCase())
}

function toPattern(word: string): RegExp {
  const parts = word
    .trim()
    .split('*')
    .map((part) => part.replaceAll(/[^\w]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 'i')
}

function unknownTrial(words: readonly string[], trials: readonly Trial[]): SeaworthyError {
  const names = [...new Set(trials.flatMap(({ id, slug }) => [id, slug]).concat(trials.map(({ id }) => areaOf(id))))]
  const quoted = words.map((word) => `"${word}"`)
  const guesses = words.flatMap((word) => {
    const meant = namesLike(word, names).map((name) => `"${name}"`)
    if (meant.length === 0) return []
    return [`${meant.join(' or ')}${words.length === 1 ? '' : ` for "${word}"`}`]
  })
  const hints = [
    ...(guesses.length === 0 ? [] : [`Did you mean ${guesses.join(', ')}?`]),
    ...(guesses.length === words.length ? [] : ['See seaworthy trial --list.']),
  ]
  return new SeaworthyError(
    'SEA_CLI_USAGE',
    words.length === 1 ? `${quoted[0]} is not a trial` : `${quoted.join(', ')} are no trials`,
    { hint: hints.join(' ') },
  )
}

/** More than these are a list, for which there is `--list`. */
const MAX_GUESSES = 3
/** Fewer letters than these are in too many names. */
const MIN_LETTERS = 3

/** What a word most likely means: the name that differs in a slip of the keys, else those that it is a part of. */
function namesLike(word: string, names: readonly string[]): readonly string[] {
  const letters = word.replaceAll('*', '').replaceAll(/^[\s-]+|[\s-]+$/g, '')
  if (letters === '') return []
  const nearest = nearestName(letters, names)
  const isPart = (name: string): boolean => name.toLowerCase().includes(letters.toLowerCase())
  if (nearest !== undefined) return [nearest]
  return letters.length < MIN_LETTERS ? [] : names.filter(isPart).slice(0, MAX_GUESSES)
}
