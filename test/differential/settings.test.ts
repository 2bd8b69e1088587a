import { describe, expect, test } from 'vitest'
import { describeDifference, differencesBetween } from './compare.ts'
import { type Facts, SEPARATOR } from './facts.ts'
import { runProgram } from './run-program.ts'
import { judgeSetting, SETTING_DIFFERENCES, type SettingDifference } from './setting-differences.ts'
import { type Setting, SETTINGS, SETTINGS_PROGRAM } from './settings.ts'
import { SET_UPS, STOCK } from './set-ups.ts'

/* One program under the variables of the specification, with the stock SDK and with ours. */

/** Two processes on a machine that does other things. */
const LIMIT_MS = 60_000

const met = new Set<string>()
const run = new Map<string, Facts>()

const keyOf = (setting: Setting, { title, variable }: SettingDifference): string =>
  `${setting.name}: ${variable} ${title}`

describe.each(SETTINGS)('$name', (setting) => {
  test('the variables have the same effect, but for what is listed', { timeout: LIMIT_MS }, async () => {
    const [stock, ours] = await Promise.all([
      runProgram(SETTINGS_PROGRAM, STOCK, setting.env),
      runProgram(SETTINGS_PROGRAM, SET_UPS.engine, setting.env),
    ])
    expect(stock.size).toBeGreaterThan(10)
    const compared = differencesBetween(stock, ours).filter(({ where }) => setting.only?.test(where) ?? true)
    const { unexplained, used } = judgeSetting(setting.name, compared)
    expect(unexplained.map(describeDifference)).toEqual([])
    for (const difference of used) met.add(keyOf(setting, difference))
    run.set(setting.name, ours)
  })
})

test('everything that is listed happens, in each setting that it names', ({ skip }) => {
  skip(run.size < SETTINGS.length, 'only a part of the settings was run, or some failed')
  const idle = SETTING_DIFFERENCES.flatMap((difference) =>
    SETTINGS.filter(({ name }) => difference.settings.test(name)).map((setting) => keyOf(setting, difference)),
  ).filter((key) => !met.has(key))
  expect(idle).toEqual([])
})

test('exemplars are of sampled spans, of everything or of nothing, as the variable says', ({ skip }) => {
  skip(run.size < SETTINGS.length, 'only a part of the settings was run, or some failed')
  const exemplarsOf = (setting: string, metric: string): string | undefined =>
    run.get(setting)?.get(`metric ${metric}${SEPARATOR}exemplars`)
  const said = [/^nothing$/, /all exemplars/, /no exemplars/].map((setting) => {
    const name = SETTINGS.find((each) => setting.test(each.name))?.name ?? ''
    return [exemplarsOf(name, 'sizes'), exemplarsOf(name, 'outside')]
  })
  expect(said).toEqual([
    ['of traces', 'none'],
    ['of traces', 'of no trace'],
    ['none', 'none'],
  ])
})
