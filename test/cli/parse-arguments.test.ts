import { expect, test } from 'vitest'
import healthcheck from '../../src/cli/commands/healthcheck.ts'
import dev from '../../src/cli/commands/dev.ts'
import { parseArguments } from '../../src/cli/parse-arguments.ts'

test('options are read by long and short name, and what stands after -- is left alone', () => {
  expect(parseArguments(dev, ['-q', '--port=0', '--', 'node', '--port', '1', '--', 'x'])).toEqual({
    options: { quiet: true, port: '0' },
    lists: {},
    rest: ['node', '--port', '1', '--', 'x'],
  })
  expect(parseArguments(healthcheck, ['-h']).options).toEqual({ help: true })
})

test.each([
  [['--prot', '1'], '--prot is not an option of "healthcheck"', 'Did you mean "--port"?'],
  [['--port'], '--port needs a value', 'The admin port of the service.'],
  [['--json=1'], '--json takes no value', 'Print one JSON object instead of text.'],
  [['there'], '"there" was not understood', 'See seaworthy healthcheck --help.'],
])('%j is wrong usage', (args, message, hint) => {
  expect(() => parseArguments(healthcheck, args)).toThrow(
    expect.objectContaining({ code: 'SEA_CLI_USAGE', message, hint }),
  )
})
