import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { loadCatalogue } from '../../src/core/catalogue.ts'
import { isCommand, withTopics } from '../../src/cli/command.ts'
import { renderHelp } from '../../src/cli/help.ts'
import { runCli } from '../../src/cli/run-cli.ts'
import { runCommand } from './run-command.ts'

test('--version prints the version of the package, and nothing else', async () => {
  expect(await runCommand(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
})

test('--help lists every command', async () => {
  const { code, stdout } = await runCommand(['--help'])
  expect(code).toBe(0)
  const commands = await loadCatalogue(new URL('../../src/cli/commands/', import.meta.url), isCommand)
  const lines = stdout.split('\n').map((line) => line.trim().split(/ {2,}/))
  for (const { id, summary } of commands.values()) expect(lines).toContainEqual([id, summary])
})

test('no command at all is wrong usage, and shows what there is', async () => {
  const { code, stdout } = await runCommand([])
  expect(code).toBe(2)
  expect(stdout).toContain('Commands:')
})

test('a mistyped command is wrong usage, with the one that was meant', async () => {
  expect(await runCommand(['helthcheck'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'seaworthy: "helthcheck" is not a command\n  Did you mean "healthcheck"?\n',
  })
})

test('a mistyped option is wrong usage, with the one that was meant', async () => {
  expect(await runCommand(['healthcheck', '--prot', '1'])).toMatchObject({
    code: 2,
    stderr: 'seaworthy: --prot is not an option of "healthcheck"\n  Did you mean "--port"?\n',
  })
})

test('an option without its value, a flag with a value, and a word out of place are wrong usage', async () => {
  expect((await runCommand(['healthcheck', '--port'])).stderr).toContain('--port needs a value')
  expect((await runCommand(['healthcheck', '--json=yes'])).stderr).toContain('--json takes no value')
  expect((await runCommand(['healthcheck', 'now'])).stderr).toContain('"now" was not understood')
  expect((await runCommand(['healthcheck', '--', 'x'])).stderr).toContain('takes nothing after "--"')
  expect((await runCommand(['dev', '-q', 'node', 'a b.js', '--inspect'])).stderr).toContain(
    `Put the command to run after "--": seaworthy dev -q -- node 'a b.js' --inspect\n`,
  )
})

test('the help of each command names its options and shows examples', async () => {
  const commands = await loadCatalogue(new URL('../../src/cli/commands/', import.meta.url), isCommand)
  const helps = Object.fromEntries(
    [...commands.values()].flatMap(withTopics).map((command) => [command.id, renderHelp(command)]),
  )
  expect(helps).toMatchSnapshot()
})

test('on a Node that is too old nothing is begun, and that is said', async () => {
  const notes: string[] = []
  const around = { env: {}, cwd: '/', isTerminal: false, print() {}, note: (text: string) => void notes.push(text) }
  expect(await runCli(['dev', '--', 'node', 'x.js'], { ...around, nodeVersion: '20.20.2' })).toBe(2)
  expect(notes).toEqual([
    'seaworthy: This is Node 20.20.2, and Seaworthy needs 22.15 or newer\n  Install a supported Node, such as the current LTS.',
  ])
})
