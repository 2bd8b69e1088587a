import type { Route } from '../facts.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { childOf, type Placed } from './placed.ts'
import { meant, type Read, readPath, readText, shown } from './read-scalars.ts'

/** A request, and where the service is when a whole URL said so. */
export interface ReadRoute {
  readonly route: Route
  readonly where?: { readonly host: string; readonly port: number; readonly isTls: boolean }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const PARTS = ['method', 'path', 'headers', 'body']

/** A request as `[METHOD ]PATH`, `[METHOD ]URL`, or a map of method, path, headers and body. */
export function readRouteAs(defaultMethod: string): Read<ReadRoute> {
  return (node, problems) => {
    if (node.kind === 'map') return readMap(node, defaultMethod, problems)
    const text = readText(node, problems)
    if (text === undefined) return undefined
    const [, method = defaultMethod, target = ''] = /^(?:([A-Za-z]+)\s+)?(\S.*)$/.exec(text.trim()) ?? []
    return withTarget(node, method, target, {}, undefined, problems)
  }
}

function readMap(node: Placed, defaultMethod: string, problems: DeclarationProblems): ReadRoute | undefined {
  if (node.kind !== 'map') return undefined
  for (const [name, entry] of node.entries) {
    if (!PARTS.includes(name)) problems.add(entry, 'is not a part of a request', meant(name, PARTS))
  }
  const path = childOf(node, 'path')
  if (path === undefined) {
    problems.add(node, 'has no path', 'Add "path".')
    return undefined
  }
  const method = childOf(node, 'method')
  const body = childOf(node, 'body')
  const headers: Record<string, string> = {}
  const given = childOf(node, 'headers')
  if (given?.kind === 'map') {
    for (const [name, value] of given.entries) {
      if (value.kind === 'leaf' && value.value !== null) headers[name.toLowerCase()] = String(value.value)
    }
  } else if (given !== undefined) problems.add(given, 'has no names and values')
  const target = readText(path, problems)
  if (target === undefined) return undefined
  const methodText = method === undefined ? defaultMethod : readText(method, problems)
  if (methodText === undefined) return undefined
  const bodyText =
    body === undefined ? undefined : body.kind === 'leaf' ? String(body.value) : JSON.stringify(toJson(body))
  if (body !== undefined && body.kind !== 'leaf') headers['content-type'] ??= 'application/json'
  return withTarget(path, methodText, target, headers, bodyText, problems)
}

function withTarget(
  node: Placed,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
  problems: DeclarationProblems,
): ReadRoute | undefined {
  const name = method.toUpperCase()
  if (!METHODS.includes(name)) {
    problems.add(node, `has the method "${method}"`, meant(name, METHODS) ?? `Take one of ${METHODS.join(', ')}.`)
    return undefined
  }
  const rest = { method: name, headers, ...(body === undefined ? {} : { body }) }
  if (!/^https?:\/\//i.test(target)) {
    const path = readPath({ ...node, kind: 'leaf', value: target }, problems)
    return path === undefined ? undefined : { route: { ...rest, path } }
  }
  if (!URL.canParse(target)) {
    problems.add(node, `is ${shown(node)}, expected a path or a URL`)
    return undefined
  }
  const url = new URL(target)
  if (url.username !== '' || url.password !== '') {
    problems.add(
      node,
      'has a user or a password in its URL',
      'Say it with a header: --header "Authorization: Basic …".',
    )
    return undefined
  }
  const isTls = url.protocol === 'https:'
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { route: { ...rest, path: `${url.pathname}${url.search}` }, where: { host, port, isTls } }
}

function toJson(node: Placed): unknown {
  if (node.kind === 'leaf') return node.value
  if (node.kind === 'list') return node.items.map(toJson)
  return Object.fromEntries([...node.entries].map(([name, entry]) => [name, toJson(entry)]))
}
