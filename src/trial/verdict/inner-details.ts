/** Something of an answer that only those who run the service have a use for, and those who attack it. */
export interface InnerDetail {
  readonly what: 'a line of a stack' | 'a path of the file system' | 'the address of a dependency'
  /** What it was seen by, on one line. */
  readonly text: string
}

/** What is looked for beside what every machine has. */
export interface InnerPlaces {
  /** Where the service lies. */
  readonly cwd: string
  readonly addresses: readonly Address[]
}

/** Where something listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** One line of a stack, as runtimes write it. Each names a file and a line: a sentence with a number in it does not. */
const FRAMES: readonly RegExp[] = [
  // JavaScript: at f (file:///srv/a.js:1:2), at /srv/a.js:1:2, at node:internal/x:1:2
  /\bat (?:[^\n()]{1,200} \()?(?:(?:file|node|webpack|app):|[/\\.]|[A-Za-z]:\\)[^\s()]*:\d+:\d+\)?/,
  // Java and Kotlin: at com.shop.Cart.add(Cart.java:12)
  /\bat [\w.$/<>]+\((?:\w+\.(?:java|kt|scala|groovy):\d+|Native Method)\)/,
  // Python: File "/srv/a.py", line 12, in add
  /File "[^"\n]+\.py", line \d+/,
  // Go: goroutine 7 [running]:, /srv/a.go:12 +0x1d
  /\bgoroutine \d+ \[\w[^\]\n]*\]:/,
  /[\w/.@-]+\.go:\d+ \+0x[\da-f]+/,
  // .NET: in C:\srv\Cart.cs:line 12
  / in [^\n]+\.(?:cs|vb|fs):line \d+/,
  // Ruby: cart.rb:12:in 'add'
  /[\w/.-]+\.rb:\d+:in [`'"]/,
  // PHP: #0 /srv/cart.php(12): add()
  /#\d+ \/[^\s()]+\.php\(\d+\)/,
  // Rust: panicked at src/main.rs:12:5
  /panicked at [^\n]*\.rs:\d+:\d+/,
]

/** Where nobody serves pages from: a name below, with an extension. Pages and scripts of an answer lie elsewhere. */
const PATHS: readonly RegExp[] = [
  /(?<![\w/:.])\/(?:home|Users|usr|opt|srv|var|root|etc|tmp|proc)\/(?:[\w.@+-]+\/)*[\w@+-]+\.\w{1,6}(?!\w)/,
  /(?<!\w)[A-Za-z]:\\(?:[\w .@+-]+\\)+[\w.@+-]+/,
  /(?:[\w.@+-]+\/)*(?:node_modules|site-packages|dist-packages)\/[\w./@+-]+/,
]

const LOOPBACK = String.raw`(?:127\.0\.0\.1|localhost|\[?::1\]?|\[?::ffff:127\.0\.0\.1\]?)`
const MAX_SHOWN = 160

/** What an answer says of the inside of its service: of each kind the first. @param body without what the client sent itself */
export function findInnerDetails(body: string, { cwd, addresses }: InnerPlaces): readonly InnerDetail[] {
  const text = plain(body)
  const found = (what: InnerDetail['what'], patterns: readonly RegExp[]): InnerDetail[] => {
    const matched = patterns.map((pattern) => pattern.exec(text)?.[0]).find((match) => match !== undefined)
    return matched === undefined ? [] : [{ what, text: matched.trim().replaceAll(/\s+/g, ' ').slice(0, MAX_SHOWN) }]
  }
  const stack = found('a line of a stack', FRAMES)
  return [
    ...stack,
    // A stack is made of paths: to say so would say it twice.
    ...(stack.length > 0 ? [] : found('a path of the file system', [...ownPaths(cwd), ...PATHS])),
    ...found('the address of a dependency', addresses.map(addressPattern)),
  ]
}

/** As a person reads it: without what JSON and HTML write in place of letters, and without what a page links to. */
function plain(body: string): string {
  return body
    .replaceAll(/\b(?:src|href|action|content)\s*=\s*(?:"[^"]*"|'[^']*')/gi, ' ')
    .replaceAll(/<br\s*\/?>/gi, '\n')
    .replaceAll(/&nbsp;|&#160;/g, ' ')
    .replaceAll(/&quot;|&#34;|\\"/g, '"')
    .replaceAll(/&#0?39;|&#x27;|&apos;/gi, "'")
    .replaceAll(/&#x2f;|&#47;|\\\//gi, '/')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll(String.raw`\\`, '\\')
    .replaceAll(/\\[nrt](?=\s|at |#|File|$)/g, '\n')
}

/** Below the working directory: whatever lies there; of one that could be a path of an API, only what looks like a file. */
function ownPaths(cwd: string): readonly RegExp[] {
  const folder = cwd.replace(/\/+$/, '')
  const depth = folder.split('/').length - 1
  if (depth < 1) return []
  const file = depth > 1 ? String.raw`[\w.@+/-]*` : String.raw`[\w@+/-]+\.\w{1,6}(?!\w)`
  return [new RegExp(String.raw`(?<![\w.])${escaped(folder)}\/${file}`)]
}

/** The port at the end of an address, or in a field of its own just after it. */
function addressPattern({ host, port }: Address): RegExp {
  const isHere = /^(?:127\.|localhost$|::1$)/.test(host)
  const name = isHere ? LOOPBACK : escaped(host)
  return new RegExp(String.raw`(?<![\w.-])${name}\W{1,5}(?:port\W{1,5})?${port}(?!\d)`, 'i')
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)
}
