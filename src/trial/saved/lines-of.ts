/**
 * The lines of a text that comes in pieces. Only a line feed ends one: `node:readline` also ends them at U+2028 and U+2029,
 * which JSON leaves as they are and a service may well write.
 *
 * @yields each line without its end
 */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
