import { expect, test } from 'vitest'
import { optionsOf } from '../../scripts/option-list.ts'
import { type PublicDeclaration, publicDeclarations } from '../../scripts/public-declarations.ts'
import { filesUnder } from '../../scripts/repository-files.ts'

const declarations = [...filesUnder('src/public'), ...filesUnder('src/adapters')].flatMap(publicDeclarations)
const isOptions = ({ name }: PublicDeclaration): boolean => /(?:Options|Definition)$/.test(name)

test('everything that users can import says what it is for', () => {
  const silent = declarations.filter(({ doc }) => doc.text === '').map(({ name, path }) => `${name} (${path})`)
  expect(silent).toEqual([])
})

test('every option says what it does, or at least what happens without it', () => {
  const silent = declarations.filter(isOptions).flatMap((declaration) =>
    optionsOf(declaration)
      .filter(({ doc, fallback }) => doc === '' && fallback === '')
      .map((option) => `${declaration.name}.${option.name} (${declaration.path})`),
  )
  expect(silent).toEqual([])
})

test('an option for a length of time or a size has its unit in its name, or is a Duration', () => {
  const unclear = declarations.filter(isOptions).flatMap((declaration) =>
    optionsOf(declaration)
      .filter(({ type, name }) => type === 'number' && /(?:timeout|delay|interval|size|age|budget|grace)$/i.test(name))
      .map(({ name }) => `${declaration.name}.${name} (${declaration.path})`),
  )
  expect(unclear).toEqual([])
})
