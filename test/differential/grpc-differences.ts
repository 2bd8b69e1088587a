import { markdownTable } from '../../scripts/markdown-table.ts'
import type { Difference } from './compare.ts'
import type { Facts } from './facts.ts'
import { explains, type KnownDifference } from './known-differences.ts'

type GrpcDifference = Omit<KnownDifference, 'setUps'>

const CALL = /^span .* (?:client|server) shop\.Orders\/\w+$/
const SERVER = /^span .* server shop\.Orders\/\w+$/

/** How the instrumentation of grpc-js begins the names of its spans. */
const STOCK_PREFIX = /(?<=(?:client|server) )grpc\.(?=shop\.)/g

/**
 * In what the calls of grpc-js differ where Seaworthy observes them itself, beside what differs everywhere. Whatever is in
 * neither list is a failure; so is what is in here and does not happen.
 */
export const GRPC_DIFFERENCES: readonly GrpcDifference[] = [
  {
    where: CALL,
    what: /^stock name$/,
    title: 'Spans are called `shop.Orders/Place`, not `grpc.shop.Orders/Place`',
    reason:
      'As the semantic conventions have it, of which the part for RPC has become stable; they say `{rpc.method}`.',
  },
  {
    where: CALL,
    what: /^scope(?: version)?$/,
    stock: /^@opentelemetry\/instrumentation-grpc$|^0\.\d+\.\d+$/,
    ours: /^(?:seaworthy)?$/,
    title: 'The scope is `seaworthy`',
    reason: 'It says who observed.',
  },
  {
    where: CALL,
    what: /^@rpc\.(?:system|system\.name)$/,
    title: '`rpc.system.name` in place of `rpc.system`',
    reason: 'Its name since the conventions are stable.',
  },
  {
    where: CALL,
    what: /^@rpc\.(?:method|service)$/,
    title: '`rpc.method` is the whole name, and there is no `rpc.service`',
    reason: 'The same.',
  },
  {
    where: CALL,
    what: /^@rpc\.(?:grpc\.)?status_code$/,
    title: '`rpc.status_code`, such as `NOT_FOUND`, in place of the number in `rpc.grpc.status_code`',
    reason: 'The same.',
  },
  {
    where: CALL,
    what: /^@error\.type$/,
    stock: undefined,
    title: '`error.type` of a call that fails: the status',
    reason: 'The conventions ask for it; it is what all kinds of calls have in common.',
  },
  {
    where: CALL,
    what: /^@grpc\.error_(?:name|message)$/,
    ours: undefined,
    title: 'No `grpc.error_name`, `grpc.error_message`',
    reason: 'No part of the conventions; messages hold addresses and values.',
  },
  {
    where: SERVER,
    what: /^status$/,
    stock: 'error',
    ours: 'unset',
    title: 'A server that answers `NOT_FOUND` has not failed',
    reason: 'The conventions list the codes that are the fault of a server; the other ones are answers.',
  },
  {
    where: CALL,
    what: /^@network\.peer\.(?:address|port)$/,
    stock: undefined,
    title: '`network.peer.address`, `network.peer.port`',
    reason: 'Which of the instances behind a name it was.',
  },
  {
    where: SERVER,
    what: /^@(?:client|server)\.(?:address|port)$/,
    stock: undefined,
    title: '`server.address`, `server.port`, `client.address` on spans of servers',
    reason: 'Required, or recommended, by the conventions.',
  },
  {
    where: /^metric rpc\.(?:client|server)\.call\.duration$/,
    what: /^itself$/,
    stock: undefined,
    title: '`rpc.client.call.duration`, `rpc.server.call.duration`',
    reason:
      'The metrics of the conventions. They are there beside the instrumentation of grpc-js, too, which has none.',
  },
]

/** Facts of the stock SDK with the spans under the names that ours have, and the names that they had as a fact. */
export function renameCalls(facts: Facts): Facts {
  const renamed = new Map<string, string>()
  for (const [key, value] of facts) {
    const own = key.replaceAll(STOCK_PREFIX, '')
    renamed.set(own, value)
    if (own !== key && CALL.test(own.slice(0, own.lastIndexOf(' · ')))) {
      renamed.set(`${own.slice(0, own.lastIndexOf(' · '))} · stock name`, 'grpc.')
    }
  }
  return renamed
}

/** What none of these explains, and those that explain nothing. */
export function judgeGrpc(differences: readonly Difference[]): {
  readonly unexplained: readonly Difference[]
  readonly idle: readonly string[]
} {
  return {
    unexplained: differences.filter((difference) => !GRPC_DIFFERENCES.some((known) => explains(known, difference))),
    idle: GRPC_DIFFERENCES.filter((known) => !differences.some((difference) => explains(known, difference))).map(
      ({ title }) => title,
    ),
  }
}

/** What the guide says of it. */
export function grpcTable(): string {
  return markdownTable(
    ['what differs', 'why'],
    GRPC_DIFFERENCES.map(({ title, reason }) => [title, reason]),
  )
}
