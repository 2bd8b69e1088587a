import { expect, test } from 'vitest'
import { isThere } from '../../scripts/repository-files.ts'
import { loadTrials } from '../../src/trial/catalogue.ts'
import { DECLARED_OPTIONS } from '../../src/trial/declared/options.ts'
import { ALSO } from '../../zoo/catalogue/also.ts'
import { isGolden } from '../../zoo/catalogue/animal.ts'
import { ANIMALS } from '../../zoo/catalogue/index.ts'

const trials = [...(await loadTrials()).keys()]
const byName = new Map(ANIMALS.map((animal) => [animal.name, animal]))

test('no two animals have the same name', () => {
  expect(byName.size).toBe(ANIMALS.length)
})

test('every trial has an animal whose defect it has to catch', () => {
  const caught = new Set(ANIMALS.map(({ caughtBy }) => caughtBy))
  expect(trials.filter((id) => !caught.has(id))).toEqual([])
})

test('why a trial sees the defects of others is said of each that does, and of no other', () => {
  const also = new Set(ANIMALS.flatMap(({ alsoCaughtBy = [] }) => alsoCaughtBy))
  expect(Object.keys(ALSO)).toEqual([...also].toSorted())
})

test.each(ANIMALS)('the animal $name is there, and says what is wrong with it and who has to see it', (animal) => {
  const {
    name,
    file,
    command,
    needs,
    defect,
    caughtBy,
    alsoCaughtBy = [],
    reviewedSkips = {},
    twin,
    build,
    folder,
  } = animal
  const problems: string[] = []
  const must = (holds: boolean, problem: string): void => void (holds || problems.push(problem))
  must(/^[a-z\d]+(?:-[a-z\d]+)*$/.test(name), 'the name is in kebab-case')
  const path = `${folder ?? 'zoo'}/${file}`
  must(isThere(path), `${path} exists`)
  const declared = isThere(`${folder ?? 'zoo'}/seaworthy.trial.yaml`)
  must(command.length > 0 || declared, 'it can be started')
  must(
    declared || [...command, ...(build ?? [])].some((word) => word.includes(file.slice(0, file.lastIndexOf('/')))),
    'what is started or built is the file',
  )
  for (const flag of needs.filter((word) => word.startsWith('--')))
    must(Object.hasOwn(DECLARED_OPTIONS, flag.slice(2)), `${flag} is a flag of the trial`)
  for (const id of [caughtBy, ...alsoCaughtBy, ...Object.keys(reviewedSkips)])
    must(id === undefined || trials.includes(id), `there is a trial ${id}`)
  must(caughtBy === undefined || !alsoCaughtBy.includes(caughtBy), 'what catches it is not named twice')
  if (isGolden(animal)) {
    must(defect === undefined && twin === undefined && alsoCaughtBy.length === 0, 'nothing is wrong with a golden one')
    for (const reason of Object.values(reviewedSkips)) must(/^[A-Z].+\.$/.test(reason), 'a skip has a reason')
  } else {
    must(/^[A-Z].+\.$/.test(defect ?? ''), 'the defect is a sentence')
    const golden = byName.get(twin ?? '')
    must(golden !== undefined && isGolden(golden), 'its twin is a golden animal')
    must(Object.keys(reviewedSkips).length === 0, 'only a golden one has skips')
  }
  expect(problems).toEqual([])
})
