/** An element with its attributes, its elements, and the text directly in it. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

const TOKEN = /<\?xml [^?]*\?>|<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<]*")*) ?(\/?)>|([^<]+)/gy
const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' }

/** Reads XML as strictly as we write it: elements, attributes in double quotes, four entities. @throws where it is not well-formed */
export function parseXml(text: string): Element {
  // oxlint-disable-next-line no-control-regex -- what XML 1.0 can't hold
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text))
    throw new Error('a character that XML can not hold')
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    const parent = open.at(-1)
    if (match === null || parent === undefined) throw new Error(`not well-formed at ${at}: ${text.slice(at, at + 60)}`)
    const [, closed, name, attributes = '', isEmpty, content] = match
    if (content !== undefined) parent.text += decode(content)
    else if (closed !== undefined) {
      if (parent.name !== closed) throw new Error(`</${closed}> closes <${parent.name}>`)
      open.pop()
    } else if (name !== undefined) {
      const pairs = [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
        key,
        decode(value),
      ])
      const element: Element = {
        name,
        attributes: Object.fromEntries(pairs) as Element['attributes'],
        children: [],
        text: '',
      }
      parent.children.push(element)
      if (isEmpty === '') open.push(element)
    }
  }
  const [element, ...more] = root.children
  if (open.length !== 1 || element === undefined || more.length > 0) throw new Error('not one element as a whole')
  return element
}

function decode(text: string): string {
  return text.replaceAll(/&[^;]*;?/g, (entity) => {
    const letter = ENTITIES[entity]
    if (letter === undefined) throw new Error(`"${entity}" is no entity`)
    return letter
  })
}
