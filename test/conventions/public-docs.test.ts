import { expect, test } from 'vitest'
import { optionInterfaces } from '../../scripts/option-interfaces.ts'
import { optionsOf } from '../../scripts/option-list.ts'
import { publicDeclarations } from '../../scripts/public-declarations.ts'
import { filesUnder } from '../../scripts/repository-files.ts'

const declarations = [...filesUnder('src/public'), ...filesUnder('src/adapters')].flatMap(publicDeclarations)
/** A type that allows one value: the kind of a fault, the server that an application with `listen` has not. */
const saysAll = /^(?:'[^']*'|undefined)$/
const interfaces = optionInterfaces(declarations)

test('everything that users can import says what it is for', () => {
  const silent = declarations.filter(({ doc }) => doc.text === '').map(({ name, path }) => `${name} (${path})`)
  expect(silent).toEqual([])
})

test('every option says what it does, or at least what happens without it', () => {
  const silent = interfaces.flatMap((declaration) =>
    optionsOf(declaration)
      .filter(({ doc, fallback, type }) => doc === '' && fallback === '' && !saysAll.test(type))
      .map((option) => `${declaration.name}.${option.name} (${declaration.path})`),
  )
  expect(silent).toEqual([])
})

test('an option for a length of time or a size has its unit in its name, or is a Duration', () => {
  const unclear = interfaces.flatMap((declaration) =>
    optionsOf(declaration)
      .filter(({ type, name }) => type === 'number' && /(?:timeout|delay|interval|size|age|budget|grace)$/i.test(name))
      .map(({ name }) => `${declaration.name}.${name} (${declaration.path})`),
  )
  expect(unclear).toEqual([])
})
