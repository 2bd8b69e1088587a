/** The first line of what an error prints: Java, Python, Node.js and .NET; Go; Rust; C++. */
const HEAD =
  /^(?:Exception in thread |Unhandled exception|Uncaught |panic: |fatal error: |thread '.*' panicked|terminate called|(?:[\w$]+[.:]+)*[\w$]*(?:Error|Exception|Throwable|Failure)(?: \[\w+\])?(?::|$))/
/** What lies below it, in a JVM: the last one of them is where it began. */
const CAUSE = /^\s*Caused by: /
const LEFT_OUT = '…'

/**
 * The last lines, and before them those that say what happened, where the last ones are the end of a long stack: the first
 * line of the last error and the last cause below it. A line `…` stands for what is left out.
 */
export function tellingLines(lines: readonly string[], count: number): string[] {
  const lastFrom = Math.max(0, lines.length - count)
  const head = lines.findLastIndex((line) => HEAD.test(line))
  const cause = lines.findLastIndex((line, index) => index > head && CAUSE.test(line))
  const telling = [head, cause].filter((index) => index >= 0 && index < lastFrom)
  const shown = [...telling, ...[...lines.keys()].slice(lastFrom)]
  return shown.flatMap((index, place) => {
    const line = lines[index] ?? ''
    return place > 0 && index > (shown[place - 1] ?? 0) + 1 ? [LEFT_OUT, line] : [line]
  })
}
