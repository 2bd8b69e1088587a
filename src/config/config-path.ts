/** Where a value is: keys of objects as texts, places in lists as numbers. */
export type ConfigPath = readonly (string | number)[]

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/

/** `http.port`, `servers[0].url`, `labels["app.kubernetes.io/name"]`. */
export function formatPath(path: ConfigPath): string {
  let text = ''
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`
    else if (!PLAIN_KEY.test(segment)) text += `[${JSON.stringify(segment)}]`
    else text += text === '' ? segment : `.${segment}`
  }
  return text === '' ? 'the whole configuration' : text
}

/** The keys of `http.port`, or `undefined` when a part of it is empty. */
export function parseDottedPath(text: string): readonly string[] | undefined {
  const keys = text.split('.')
  return keys.every((key) => key.trim() !== '') ? keys : undefined
}

/** A text that is the same for the same path only: what maps and sets of paths are keyed by. */
export function pathId(path: ConfigPath): string {
  return JSON.stringify(path)
}

/** Whether `path` is `ancestor` or inside it. */
export function isWithin(path: ConfigPath, ancestor: ConfigPath): boolean {
  return ancestor.every((segment, index) => segment === path[index])
}
