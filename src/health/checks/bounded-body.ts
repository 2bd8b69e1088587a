import type { Readable } from 'node:stream'

/** The whole text, or `undefined` when there is more than `maxBytes`: then the rest is not waited for. */
export async function readBody(stream: Readable, maxBytes: number): Promise<string | undefined> {
  const bytes = await readBytes(stream, maxBytes)
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}

export async function readBytes(stream: Readable, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  // To leave the loop destroys the stream.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
