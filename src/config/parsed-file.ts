import type { ConfigNode } from './config-tree.ts'

/** Something wrong in a file. Never holds a part of the file: it could be a secret. */
export interface FileProblem {
  /** From 1; absent when it concerns the file as a whole. */
  readonly line?: number
  readonly column?: number
  readonly what: string
  readonly suggestion?: string
}

/** What a parser made of a file: a tree, or the reasons why not. */
export type ParsedFile =
  | { readonly node: ConfigNode; readonly problems?: undefined }
  | { readonly problems: readonly FileProblem[] }

/** Values that one file may hold, aliases written out: beyond it a small file can fill the memory. */
export const MAX_FILE_VALUES = 100_000

/** Objects and lists inside each other. */
export const MAX_FILE_DEPTH = 64

export const TOO_MANY_VALUES = `holds more than ${MAX_FILE_VALUES} values, aliases written out`
export const TOO_DEEP = `is nested deeper than ${MAX_FILE_DEPTH} levels`
