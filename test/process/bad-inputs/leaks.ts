/** Where something came out, and what. */
export interface Output {
  readonly where: string
  readonly text: string
}

/** The outputs that hold a secret, as it is or in a form in which it is as good as plain: the first of each place. */
export function leaksIn(outputs: readonly Output[], secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap(formsOf)
  const found = new Map<string, string>()
  for (const { where, text } of outputs) {
    if (!found.has(where) && forms.some((form) => text.includes(form))) found.set(where, around(text, forms))
  }
  return Array.from(found, ([where, text]) => `${where}: ${text}`)
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  // Base64 depends on where in its text the secret begins: these are the parts that do not.
  const inBase64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : shift + 1, -4),
  )
  return [secret, bytes.toString('hex'), secret.split('').toReversed().join(''), ...inBase64]
}

function around(text: string, forms: readonly string[]): string {
  const at = Math.max(...forms.map((form) => text.indexOf(form)))
  return text.slice(Math.max(0, at - 80), at + 80)
}
