/** Where a value came from. */
export type Origin =
  | { readonly source: 'schema' | 'defaults' | 'overrides' }
  | { readonly source: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | {
      readonly source: 'environment'
      readonly variable: string
      /** The file that the variable names, when its name ends in `_FILE`. */
      readonly file?: string
    }

/** The layers, lowest first. */
export type ConfigSource = Origin['source']

/** As messages and `describe()` show it: `config/orders.yaml:3:9`, `variable HTTP__PORT`, `overrides`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.source) {
    case 'file':
      return `${origin.file}:${origin.line}:${origin.column}`
    case 'environment':
      return origin.file === undefined ? `variable ${origin.variable}` : `variable ${origin.variable}, ${origin.file}`
    case 'schema':
      return 'schema default'
    case 'defaults':
    case 'overrides':
      return origin.source
  }
}
