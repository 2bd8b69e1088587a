import { resolve } from 'node:path'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { ConfigSubscriber } from './config-subscriber.ts'
import { PathPattern } from './path-pattern.ts'

const STEPS = ['prepare', 'commit', 'rollback'] as const

/**
 * Why a subscriber could never be asked, or has nothing to do then; `undefined` when all is well. Types alone do not tell:
 * a function has a name, and is taken for a subscriber that does nothing.
 *
 * @param files the option `files`, absolute
 */
export function problemOfSubscriber(given: unknown, files: readonly string[]): string | undefined {
  const methods = 'prepare, commit or rollback'
  if (typeof given !== 'object' || given === null)
    return `is ${given === null ? 'null' : `a ${typeof given}`}, expected an object with a name and ${methods}`
  const subscriber = given as Partial<Record<keyof ConfigSubscriber, unknown>>
  const { name, paths, files: own } = subscriber
  if (typeof name !== 'string' || name === '') return 'has no name'
  const wrong = STEPS.find((step) => subscriber[step] !== undefined && typeof subscriber[step] !== 'function')
  if (wrong !== undefined) return `"${name}": "${wrong}" is no function`
  if (STEPS.every((step) => subscriber[step] === undefined)) return `"${name}" has none of ${methods}`
  if (!isTexts(paths) || !isTexts(own)) return `"${name}": "paths" and "files" are lists of texts`
  const path = paths?.find((text) => PathPattern.parse(text) === undefined)
  if (path !== undefined)
    return `"${name}": "paths" has "${path}", expected keys such as "database.url", "http.*" or "**.timeout"`
  const unwatched = own?.find((file) => !files.includes(resolve(file)))
  if (unwatched !== undefined) return `"${name}": "files" has "${unwatched}", which the option "files" has not`
  return undefined
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` */
export function requireSubscriber(given: unknown, files: readonly string[]): void {
  const problem = problemOfSubscriber(given, files)
  if (problem === undefined) return
  throw new SeaworthyError('SEA_OPTIONS_INVALID', `subscribe(): the subscriber ${problem}`, {
    hint: 'Pass an object such as { name, paths, prepare, commit, rollback }.',
  })
}

function isTexts(value: unknown): value is readonly string[] | undefined {
  return value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
}
