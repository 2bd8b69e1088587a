import { markdownTable } from '../../scripts/markdown-table.ts'
import type { Difference } from './compare.ts'
import { explains, type KnownDifference } from './known-differences.ts'
import type { SetUpName } from './set-ups.ts'

const OWN = ['own'] as const
const COMMAND = /^span .*client \w+(?: #\d+)?$/

/**
 * In what the commands of ioredis differ where Seaworthy observes them itself, beside what differs everywhere. Whatever is in
 * neither list is a failure; so is what is in here and does not happen.
 */
export const REDIS_DIFFERENCES: readonly KnownDifference[] = [
  {
    setUps: OWN,
    where: /^span /,
    what: /^scope$/,
    stock: '@opentelemetry/instrumentation-ioredis',
    ours: 'seaworthy',
    title: 'The scope is `seaworthy`',
    reason: 'It says who observed.',
  },
  {
    setUps: ['own', 'both'],
    where: /^metric db\.client\.operation\.duration$/,
    what: /^itself$/,
    stock: undefined,
    title: '`db.client.operation.duration`',
    reason:
      'Of the semantic conventions; the instrumentation of ioredis has no metrics. It is there beside that one, too.',
  },
  {
    setUps: OWN,
    where: COMMAND,
    what: /^@db\.query\.text$/,
    ours: undefined,
    title: 'No `db.query.text`',
    reason:
      'Keys name customers and sessions, and arguments of scripts and filters are values; the stock text has all of them.',
  },
  {
    setUps: OWN,
    where: COMMAND,
    what: /^@db\.namespace$/,
    stock: undefined,
    ours: '"0"',
    title: '`db.namespace`',
    reason: 'The semantic conventions ask for the number of the database where it is known.',
  },
  {
    setUps: OWN,
    where: / client lpush$/,
    what: /^@(?:error\.type|db\.response\.status_code)$/,
    stock: undefined,
    ours: '"WRONGTYPE"',
    title: '`error.type` and `db.response.status_code` of a command that fails',
    reason: 'The semantic conventions ask for the prefix of what the server says. The rest of it may quote values.',
  },
  {
    setUps: OWN,
    where: / client (?:MULTI|multi|exec|set #2|get #2)$/,
    what: /^itself$/,
    title: 'A transaction is one span `MULTI` with `db.operation.batch.size`, and not one for each command',
    reason: 'As the semantic conventions say. Until `exec`, the server only queues them.',
  },
  {
    setUps: OWN,
    where: / client incr(?: #2)?$/,
    what: /^@db\.operation\.name$/,
    stock: '"PIPELINE incr"',
    ours: '"incr"',
    title: '`db.operation.name` of a command in a pipeline is that of the command',
    reason: 'ioredis does not say that it is in one.',
  },
  {
    setUps: OWN,
    where: / client set$/,
    what: /^itself$/,
    ours: undefined,
    title: 'A command that waits for its connection has no span',
    reason:
      'ioredis publishes it when it is written, where nobody knows any more who has asked for it. It is measured.',
  },
]

/** What none of these explains, and those that explain nothing although they are of this set-up. */
export function judgeRedis(
  setUp: SetUpName,
  differences: readonly Difference[],
): { readonly unexplained: readonly Difference[]; readonly idle: readonly string[] } {
  const known = REDIS_DIFFERENCES.filter(({ setUps }) => setUps.includes(setUp))
  const isKnown = (difference: Difference): boolean => known.some((each) => explains(each, difference))
  return {
    unexplained: differences.filter((difference) => !isKnown(difference)),
    idle: known
      .filter((each) => !differences.some((difference) => explains(each, difference)))
      .map(({ title }) => title),
  }
}

/** What the guide says of them. */
export function redisTable(): string {
  return markdownTable(
    ['what differs', 'why'],
    REDIS_DIFFERENCES.map(({ title, reason }) => [title, reason]),
  )
}
