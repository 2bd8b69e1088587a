import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { processesWith } from '../../cli/marked-processes.ts'
import { runCommand } from '../../cli/run-command.ts'

interface Hostile {
  readonly does: string
  readonly file: string
  readonly only: string
  readonly more?: readonly string[]
  readonly code: number
  /** What is said of it, in the order of output. */
  readonly says: readonly RegExp[]
}

const HOSTILE: readonly Hostile[] = [
  {
    does: 'prints 100 MB before it listens',
    file: 'floods-output',
    only: 'STOP-07',
    code: 0,
    says: [/PASS +STOP-07 /],
  },
  {
    does: 'forks without end',
    file: 'forks-without-end',
    only: 'STOP-07',
    code: 1,
    says: [/FAIL +STOP-07 .*1 process was left behind/],
  },
  {
    does: 'ignores the signal',
    file: 'ignores-sigterm',
    only: 'STOP-06',
    more: ['--grace', '3s'],
    code: 1,
    says: [/FAIL +STOP-06 .*it had to be killed/],
  },
  {
    does: 'goes into the background',
    file: 'daemonises',
    only: 'STOP-07',
    code: 1,
    says: [/FAIL +STOP-07 .*ended by itself .* while the service went on: nobody can signal the service/],
  },
  {
    does: 'never listens',
    file: 'never-listens',
    only: 'STOP-06',
    more: ['--start-within', '2s'],
    code: 3,
    says: [/opened no port within 2 s\. Its last lines:\n {2}working\n/, /--start-within/],
  },
  {
    does: 'listens late',
    file: 'listens-late',
    only: 'START-02',
    code: 0,
    says: [/PASS +START-02 /],
  },
  {
    does: 'ends at once',
    file: 'crashes-at-once',
    only: 'STOP-06',
    code: 3,
    says: [/ended with exit code 1 before it opened a port/, /no such table/],
  },
  {
    does: 'answers what is no HTTP',
    file: 'answers-garbage',
    only: 'STOP-06',
    more: ['--start-within', '3s'],
    code: 3,
    says: [/listens on port \d+, but did not answer HTTP there within 3 s/],
  },
]

test.each(HOSTILE)(
  'of a service that $does the command says what it is, and leaves nothing of it',
  async ({ file, only, more = [], code, says }) => {
    const mark = randomUUID()
    const service = fileURLToPath(new URL(`../services/${file}.mjs`, import.meta.url))
    const command = ['trial', '--quick', '--only', only, ...more, '--', 'node', service]
    const outcome = await runCommand(command, { HOSTILE_TEST: mark })
    const said = outcome.stdout + outcome.stderr
    expect({ code: outcome.code, left: processesWith(mark) }, said).toEqual({ code, left: [] })
    for (const each of says) expect(said).toMatch(each)
  },
  90_000,
)
