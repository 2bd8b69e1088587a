import { extname, resolve } from 'node:path'
import { readBoundedFile } from './bounded-file.ts'
import type { ConfigNode } from './config-tree.ts'
import type { ParsedFile } from './parsed-file.ts'
import type { Problems } from './problem.ts'

/** A file of the configuration that may be absent. */
export interface OptionalFile {
  /** YAML or JSON, by its extension. */
  readonly path: string
  /** Nothing is set when the file is not there. A file that is there and can't be read or parsed is still an error. */
  readonly optional: true
}

type Parse = (text: string, file: string) => ParsedFile

// Loaded when a file needs it: most services configure themselves by variables alone.
const yaml = async (): Promise<Parse> => (await import('./yaml-file.ts')).parseYamlFile
const json = async (): Promise<Parse> => (await import('./json-file.ts')).parseJsonFile

const PARSERS: Readonly<Record<string, () => Promise<Parse>>> = { '.yaml': yaml, '.yml': yaml, '.json': json }

/** The tree of a file, or `undefined` when it sets nothing; what is wrong with it goes to `problems`. */
export async function readConfigFile(
  file: string | OptionalFile,
  cwd: string,
  problems: Problems,
): Promise<ConfigNode | undefined> {
  const path = typeof file === 'string' ? file : file.path
  const loadParser = PARSERS[extname(path).toLowerCase()]
  if (loadParser === undefined) {
    problems.add({ subject: path, what: 'has an unknown format', suggestion: 'Use .yaml, .yml or .json.' })
    return undefined
  }
  const read = await readBoundedFile(resolve(cwd, path))
  if (read.problem !== undefined) {
    if (read.missing && typeof file !== 'string') return undefined
    problems.add({
      subject: path,
      what: read.problem,
      suggestion: read.missing ? `Create it, correct its path (seen from ${cwd}), or list it as optional.` : '',
    })
    return undefined
  }
  const parse = await loadParser()
  const parsed = parse(read.text, path)
  if (parsed.problems === undefined) return parsed.node
  for (const { line, column, ...problem } of parsed.problems) {
    problems.add({ subject: line === undefined ? path : `${path}:${line}:${column}`, ...problem })
  }
  return undefined
}
