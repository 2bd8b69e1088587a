import { expect, test } from 'vitest'
import { filesUnder, readManifest } from '../../scripts/repository-files.ts'
import { type Command, isCommand, withTopics } from '../../src/cli/command.ts'
import { loadCatalogue } from '../../src/core/catalogue.ts'

const commands = await loadCatalogue(new URL('../../src/cli/commands/', import.meta.url), isCommand)

test('every file in commands/ is a command', () => {
  expect([...commands.keys()]).toEqual(
    filesUnder('src/cli/commands').map((path) => path.replace(/^.*\/([a-z-]+)\.ts$/, '$1')),
  )
})

test.each([...commands.values()].flatMap(withTopics))(
  'the command $id explains itself: summary, description, examples, options',
  (command) => {
    const problems: string[] = []
    const must = (holds: boolean, problem: string): void => void (holds || problems.push(problem))
    must(/^[A-Z].+\.$/.test(command.summary) && command.summary.length <= 80, 'the summary is one short sentence')
    must(/^[A-Z][\s\S]+\.$/.test(command.description), 'the description is made of sentences')
    must(command.examples.length > 0, 'it has an example')
    for (const example of command.examples) {
      must(
        example.command.includes('seaworthy') && example.command.includes(command.id),
        'an example shows the command',
      )
    }
    must(command.usage.includes('-- <command>') === (command.takesCommand === true), 'usage and takesCommand agree')
    for (const [name, option] of Object.entries(command.options)) {
      must(/^[a-z]+(?:-[a-z]+)*$/.test(name), `--${name} is in kebab-case`)
      must(/^[A-Z].+\.$/.test(option.help), `--${name} is explained in a sentence`)
      must(option.type === 'boolean' || option.value !== undefined, `--${name} says what its value stands for`)
    }
    must(new Set(shortNames(command)).size === shortNames(command).length, 'no two options have the same letter')
    expect(problems).toEqual([])
  },
)

test('every command has its test', () => {
  const tests = filesUnder('test/cli').filter((path) => path.endsWith('.test.ts'))
  const untested = [...commands.keys()].filter((id) => !tests.some((path) => path.includes(id)))
  expect(untested).toEqual([])
})

test('every adapter has a subpath of its own name, and a test', () => {
  const { exports } = readManifest()
  // What only one adapter is made of lies in a folder of its name.
  for (const path of filesUnder('src/adapters').filter((each) => each.split('/').length === 3)) {
    const name = path.replace(/^src\/adapters\/([a-z0-9-]+)\.ts$/, '$1')
    expect(Object.values(exports).map(sourceOf)).toContain(`./${path}`)
    // One of a server is a kind that the contract of servers is held against.
    const proofs = new Set([`test/adapters/${name}.test.ts`, `test/adapters/kinds/${name}.ts`])
    expect(
      filesUnder('test/adapters').filter((each) => proofs.has(each)),
      path,
    ).not.toEqual([])
  }
})

function sourceOf(target: unknown): unknown {
  return (target as { readonly 'seaworthy-source'?: string })['seaworthy-source']
}

function shortNames(command: Command): readonly string[] {
  return Object.values(command.options).flatMap(({ short }) => short ?? [])
}
