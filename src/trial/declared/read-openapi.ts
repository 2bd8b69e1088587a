import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Route } from '../facts.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { childOf, itemsOf, type Placed, textOf } from './placed.ts'
import { parsePlacedYaml } from './placed-yaml.ts'
import { readText } from './read-scalars.ts'

/** As many different requests as a load needs. */
const MAX_ROUTES = 20

/** GET operations that can be asked as they are: no parameter is required, or each has an example or a default. */
export async function readOpenApi(said: Placed, cwd: string, problems: DeclarationProblems): Promise<readonly Route[]> {
  const file = readText(said, problems)
  if (file === undefined) return []
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') {
    problems.add(said, `names the file ${file}, which can't be read (${text.code ?? 'error'})`)
    return []
  }
  const [document] = parsePlacedYaml(text, file, problems)
  if (document === undefined) return []
  const paths = childOf(document, 'paths')
  if (paths?.kind !== 'map') {
    problems.add(said, `names ${file}, which has no "paths"`, 'Name an OpenAPI document of version 3.')
    return []
  }
  const base = basePath(textOf(childOf(itemsOf(childOf(document, 'servers'))[0], 'url')))
  return [...paths.entries]
    .flatMap(([path, item]) => {
      const operation = childOf(item, 'get')
      const asked = operation === undefined ? undefined : withParameters(path, [item, operation])
      return asked === undefined ? [] : [{ method: 'GET', path: `${base}${asked}`, headers: {} }]
    })
    .slice(0, MAX_ROUTES)
}

function withParameters(path: string, places: readonly Placed[]): string | undefined {
  let asked = path
  const query: string[] = []
  for (const parameter of places.flatMap((place) => itemsOf(childOf(place, 'parameters')))) {
    const name = textOf(childOf(parameter, 'name'))
    const where = textOf(childOf(parameter, 'in'))
    const example = exampleOf(parameter)
    const required = childOf(parameter, 'required')
    const isRequired = where === 'path' || (required?.kind === 'leaf' && required.value === true)
    if (name === undefined || !isRequired) continue
    if (example === undefined || (where !== 'path' && where !== 'query')) return undefined
    if (where === 'path') asked = asked.replaceAll(`{${name}}`, encodeURIComponent(example))
    else query.push(`${encodeURIComponent(name)}=${encodeURIComponent(example)}`)
  }
  if (/[{}\s]/.test(asked) || !asked.startsWith('/')) return undefined
  return query.length === 0 ? asked : `${asked}?${query.join('&')}`
}

function exampleOf(parameter: Placed): string | undefined {
  for (const path of [['example'], ['schema', 'example'], ['schema', 'default']]) {
    const found = childOf(parameter, ...path)
    if (found?.kind === 'leaf') return String(found.value)
  }
  const [first] = itemsOf(childOf(parameter, 'schema', 'enum'))
  return first?.kind === 'leaf' ? String(first.value) : undefined
}

/** The path of the first server, without a slash at its end. */
function basePath(url: string | undefined): string {
  if (url === undefined || !URL.canParse(url, 'http://localhost')) return ''
  return new URL(url, 'http://localhost').pathname.replace(/\/$/, '')
}
