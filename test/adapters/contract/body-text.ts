import type { Readable } from 'node:stream'

/** The whole body of a request. */
export async function bodyText(request: Readable): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string
  return text
}
