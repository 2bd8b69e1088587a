import { defineCommand } from '../command.ts'
import { checkByFlags } from '../config-findings.ts'
import { CONFIGURATION_OPTIONS } from '../configuration-flags.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'

export const configValidateTopic = defineCommand({
  id: 'validate',
  summary: 'Check files and environment against the schema.',
  usage: '--module FILE#NAME [options]',
  description: [
    'Reads the files and the variables that a service would read, and checks them against the schema that a module',
    'exports: in a pipeline, or in an init container with the environment of the service. Exits with 0 when they are',
    'valid, with 1 when they are not, with a line for each problem. No secret is printed.',
  ].join('\n'),
  options: {
    ...CONFIGURATION_OPTIONS,
    json: { type: 'boolean', help: 'Print one JSON object instead of text.' },
  },
  examples: [
    { command: 'seaworthy config validate --module dist/config.js', shows: 'With the files that the module names.' },
    {
      command:
        'seaworthy config validate --module dist/config.js#schema --files config/orders.yaml --env-prefix ORDERS_',
      shows: 'With a module that exports the schema alone.',
    },
  ],
  async run(context) {
    const { options, print } = context
    const checked = await checkByFlags(context)
    const { loaded, problems = [] } = checked
    if (options['json'] === true) {
      print(
        JSON.stringify(
          loaded === undefined ? { valid: false, problems } : { valid: true, problems, files: loaded.files },
        ),
      )
    } else if (checked.loaded === undefined) print(checked.text)
    else {
      const count = checked.loaded.explain().length
      const { files } = checked.loaded
      const from = files.length === 0 ? '' : `; files: ${files.join(', ')}`
      print(`The configuration is valid: ${count} ${count === 1 ? 'value' : 'values'}${from}`)
    }
    return loaded === undefined ? CLI_EXIT_CODE.failed : CLI_EXIT_CODE.ok
  },
})
