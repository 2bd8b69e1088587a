import { type ConfigReport, renderConfigReport } from '../../config/config-report.ts'
import { askConfig } from '../ask-config.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { checkByFlags } from '../config-findings.ts'
import { CONFIGURATION_OPTIONS } from '../configuration-flags.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'
import { usage } from '../parse-arguments.ts'

export const configExplainTopic = defineCommand({
  id: 'explain',
  summary: 'Show each value with its source, and what that overrode.',
  usage: '(--url URL | --module FILE#NAME) [options]',
  description: [
    'Shows every value of a configuration, secrets hidden, with the file and line or the variable that it comes from, and',
    'what that source overrode. With --url it is the configuration that a running service has in force, with its',
    'generation, the last one that was refused, and what waits for a restart; with --module, the one that a service would',
    'have with these files and this environment. Exits with 0; with 1 when the configuration is not valid, or when a',
    'running service does not have in force what its sources say.',
  ].join('\n'),
  options: {
    url: {
      type: 'string',
      value: 'URL',
      help: 'Ask the admin port of a running service; from elsewhere with SEAWORTHY_ADMIN_TOKEN.',
    },
    ...CONFIGURATION_OPTIONS,
    path: { type: 'string', value: 'PATH', help: 'Show only this path and what is inside, such as http or http.port.' },
    json: { type: 'boolean', help: 'Print one JSON object instead of text.' },
  },
  examples: [
    { command: 'seaworthy config explain --url http://127.0.0.1:9091', shows: 'What a running service has in force.' },
    {
      command: 'seaworthy config explain --module dist/config.js --path database',
      shows: 'What a service would start with here, and why.',
    },
  ],
  async run(context) {
    const { options, print, note } = context
    const url = options['url']
    const report = typeof url === 'string' ? await askRunning(url, context) : await workOut(context)
    if (typeof report === 'string') {
      if (options['json'] === true) print(JSON.stringify({ valid: false, problems: report.split('\n  - ').slice(1) }))
      else note(report)
      return CLI_EXIT_CODE.failed
    }
    const shown = onlyAt(report, options['path'])
    print(options['json'] === true ? toJson(shown) : renderConfigReport(shown))
    return isInForce(report) ? CLI_EXIT_CODE.ok : CLI_EXIT_CODE.failed
  },
})

function askRunning(url: string, { options, env }: CommandContext): Promise<ConfigReport> {
  const other = Object.keys(CONFIGURATION_OPTIONS).find((name) => options[name] !== undefined)
  if (other !== undefined)
    throw usage(`--${other} can't be combined with --url`, 'A running service has read its configuration already.')
  return askConfig(url, env)
}

/** The text of all problems when it is not valid. */
async function workOut(context: CommandContext): Promise<ConfigReport | string> {
  const checked = await checkByFlags(context)
  if (checked.loaded === undefined) return checked.text
  return { files: checked.loaded.files, pendingRestart: [], values: checked.loaded.explain() }
}

function onlyAt(report: ConfigReport, path: string | boolean | undefined): ConfigReport {
  if (typeof path !== 'string') return report
  const values = report.values.filter((entry) => {
    return entry.path === path || entry.path.startsWith(`${path}.`) || entry.path.startsWith(`${path}[`)
  })
  if (values.length > 0) return { ...report, values }
  throw usage(`There is no value at "${path}"`, 'Leave out --path to see all of them.')
}

function isInForce({ lastRejection, pendingRestart }: ConfigReport): boolean {
  return lastRejection === undefined && pendingRestart.length === 0
}

function toJson(report: ConfigReport): string {
  return JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
