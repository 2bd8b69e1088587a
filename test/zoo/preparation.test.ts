import { expect, test } from 'vitest'
import type { Animal } from '../../zoo/catalogue/animal.ts'
import { Preparation } from '../../zoo/runner/preparation.ts'

const ANIMAL: Animal = { name: 'a', language: 'go', file: 'a.go', command: ['a'], needs: [] }

test('a program that is not there is missing, and what can’t be built is broken', () => {
  const preparation = new Preparation(() => {})
  expect(preparation.prepare(ANIMAL)).toEqual({ is: 'ready' })
  expect(preparation.prepare({ ...ANIMAL, requires: 'there-is-no-such' })).toEqual({
    is: 'missing',
    because: 'there is no there-is-no-such on the path',
  })
  const build = [process.execPath, '-e', 'console.error("a mistake"); process.exit(1)']
  expect(preparation.prepare({ ...ANIMAL, requires: 'sh', build })).toEqual({
    is: 'broken',
    because: expect.stringContaining("can't be built: a mistake"),
  })
  expect(preparation.prepare({ ...ANIMAL, build: ['there-is-no-such'] })).toMatchObject({ is: 'broken' })
})

test('the same is built once', () => {
  const said: string[] = []
  const preparation = new Preparation((text) => said.push(text))
  const animal = { ...ANIMAL, build: [process.execPath, '-e', ''] }
  expect([preparation.prepare(animal), preparation.prepare(animal)]).toEqual([{ is: 'ready' }, { is: 'ready' }])
  expect(said).toHaveLength(1)
})
