import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ConfigPath } from './config-path.ts'

export interface SchemaIssue {
  readonly path: ConfigPath
  readonly message: string
  /** What valibot adds: which of its schemas complains. */
  readonly kind?: unknown
}

/** What a schema says of an input. `thrown` when it broke instead of answering. */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[]; readonly thrown?: unknown }

/** Asks the schema, sync or async. Never rejects. */
export async function askSchema(schema: StandardSchemaV1, input: unknown): Promise<SchemaResult> {
  try {
    const result = await schema['~standard'].validate(input)
    if (result.issues === undefined) return { value: result.value }
    return { issues: result.issues.map(toIssue) }
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return { issues: [{ path: [], message: `the schema threw ${text}` }], thrown: error }
  }
}

function toIssue(issue: StandardSchemaV1.Issue): SchemaIssue {
  const { type: kind } = issue as { readonly type?: unknown }
  return { message: issue.message, path: toPath(issue.path), kind }
}

function toPath(path: StandardSchemaV1.Issue['path']): ConfigPath {
  return (path ?? []).map((segment) => {
    const key = typeof segment === 'object' ? segment.key : segment
    return typeof key === 'number' ? key : String(key)
  })
}
