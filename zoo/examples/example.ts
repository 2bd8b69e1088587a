import type { Animal } from '../catalogue/animal.ts'

/** A public example of a graceful shutdown, as a service that can be tried. */
export interface Example extends Pick<Animal, 'name' | 'language' | 'command' | 'requires' | 'build' | 'needs'> {
  /** As people call it, with what ends it: `Express, @godaddy/terminus`. */
  readonly title: string
  readonly framework:
    | 'Express'
    | 'Fastify'
    | 'Nest'
    | 'Koa'
    | 'net/http'
    | 'gunicorn'
    | 'uvicorn'
    | 'Spring Boot'
    | 'node:http'
  readonly source: Source
  /** Below `zoo/examples/<name>`, the one to read first: the text, with its source, date and licence in a comment. */
  readonly files: readonly string[]
  /** What it runs on, pinned: package or toolchain, and version. */
  readonly versions: Readonly<Record<string, string>>
  /** What was done to it so that it can be run and tried. All else stands there as it does in the source. */
  readonly changes: readonly Change[]
  /** Trials whose verdict is about lines that were added here, or about how it was declared: the page leaves it out, with the reason, one sentence each. */
  readonly aboutChanges?: Readonly<Record<string, string>>
  /** What a reader of its verdicts has to know besides: sentences. */
  readonly remark?: string
  /** What of the source is not there, in one sentence with the reason. */
  readonly leftOut?: string
}

export interface Source {
  readonly url: string
  /** Of the page or file, and of the part: `README of close-with-grace, "Example with Fastify"`. */
  readonly title: string
  /** The day on which it was read: `2026-11-23`. */
  readonly date: string
  /** A version of the package or toolchain, or a commit. */
  readonly version: string
  /** The licence of the text, by its SPDX id. */
  readonly licence: string
  /**
   * `quoted`: the text itself, from a package or toolchain whose licence allows it. `followed`: written here, does what the
   * page says in the same order with the same calls, and copies no text; the licence is that of the page.
   */
  readonly taken: 'quoted' | 'followed'
}

export interface Change {
  /** As it stands in the file now, without the spaces around it. */
  readonly line: string
  /** In one sentence. */
  readonly why: string
}
