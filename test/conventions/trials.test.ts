import { expect, test } from 'vitest'
import { filesUnder, isThere } from '../../scripts/repository-files.ts'
import { loadTrials, loadVoyages } from '../../src/trial/catalogue.ts'
import { planVoyages } from '../../src/trial/plan.ts'
import { makeFacts } from '../trial/samples.ts'

const trials = [...(await loadTrials()).values()]
const voyages = await loadVoyages()

test('every file in trials/ is a trial, and every file in voyages/ a voyage', () => {
  expect(trials.map(({ id }) => id)).toEqual(namesUnder('src/trial/trials'))
  expect([...voyages.keys()]).toEqual(namesUnder('src/trial/voyages'))
})

test('no two trials have the same slug, and none is called as an id or an area is', () => {
  const slugs = trials.map(({ slug }) => slug)
  expect(new Set(slugs).size).toBe(slugs.length)
})

test.each(trials)('the trial $id explains itself, can be mended, and is judged by voyages that there are', (trial) => {
  const problems: string[] = []
  const must = (holds: boolean, problem: string): void => void (holds || problems.push(problem))
  must(/^[A-Z]+-\d\d$/.test(trial.id), 'the id is an area and two digits')
  must(/^[a-z\d]+(?:-[a-z\d]+)*$/.test(trial.slug), 'the slug is in kebab-case')
  must(trial.slug.length <= 32, 'the slug has at most 32 letters')
  must(/^[A-Z].+\.$/.test(trial.claim) && !trial.claim.includes('\n'), 'the claim is a sentence')
  must(trial.procedure.length > 60, 'the procedure says how it is tried')
  must(trial.seed.length > 0, 'it says which principles it shows')
  must(isThere(`docs/${trial.remedy.page}`), `docs/${trial.remedy.page} exists`)
  must(trial.remedy.change.endsWith('.'), 'what to change is a sentence')
  for (const id of trial.voyages) must(voyages.has(id), `there is a voyage "${id}"`)
  must(isThere(`test/trial/trials/${trial.id}.test.ts`), 'it has a test')
  expect(problems).toEqual([])
})

test.each([...voyages.values()])(
  'the voyage $id says what is done and how long it takes, and somebody needs it',
  (voyage) => {
    const problems: string[] = []
    const must = (holds: boolean, problem: string): void => void (holds || problems.push(problem))
    must(/^[a-z\d]+(?:-[a-z\d]+)*$/.test(voyage.id), 'the id is in kebab-case')
    must(voyage.title.length > 0 && voyage.title.length <= 40, 'the title is short')
    must(voyage.description.endsWith('.'), 'the description is made of sentences')
    must(voyage.seconds.quick >= 0 && voyage.seconds.default > 0, 'it says how long it takes')
    must(voyage.seconds.quick <= voyage.seconds.default, 'it is no longer under --quick')
    must(
      trials.some((trial) => trial.voyages.includes(voyage.id)),
      'a trial is judged by it',
    )
    expect(problems).toEqual([])
  },
)

test.each(trials.filter(({ isTiming }) => isTiming))(
  'what $id compares times of sails alone',
  ({ voyages: needed }) => {
    expect(needed.filter((id) => voyages.get(id)?.sailsInCompany === true)).toEqual([])
  },
)

test('a service that takes 1.5 s to start and 5 s to stop takes four minutes at most, and one under --quick', () => {
  const chosen = trials.filter(({ isExtra }) => isExtra !== true)
  const facts = makeFacts({
    standsBeside: true,
    normal: { listeningAfterMs: 1400, readyAfterMs: 1500, exitAfterMs: 5000 },
  })
  expect(planVoyages({ trials: chosen, voyages, facts, pace: 'default' }).estimateMs).toBeLessThanOrEqual(240_000)
  expect(planVoyages({ trials: chosen, voyages, facts, pace: 'quick' }).estimateMs).toBeLessThanOrEqual(60_000)
})

test('a service about which nothing was declared takes four minutes at most, and one under --quick', () => {
  const chosen = trials.filter(({ isExtra }) => isExtra !== true)
  const { broken, estimateMs } = planVoyages({ trials: chosen, voyages, facts: makeFacts(), pace: 'default' })
  expect(broken).toEqual([])
  expect(estimateMs).toBeLessThanOrEqual(240_000)
  const quick = planVoyages({ trials: chosen, voyages, facts: makeFacts(), pace: 'quick' })
  expect(quick.estimateMs).toBeLessThanOrEqual(60_000)
})

function namesUnder(folder: string): readonly string[] {
  return filesUnder(folder)
    .map((path) => path.replace(/^.*\/([\w-]+)\.ts$/, '$1'))
    .toSorted()
}
