const SPACE = 0x20
const TAB = 0x09

/** `text` without the optional white space of HTTP around it: spaces and tabs, nothing else. */
export function trimOws(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isOws(text.charCodeAt(start))) start++
  while (end > start && isOws(text.charCodeAt(end - 1))) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

function isOws(code: number): boolean {
  return code === SPACE || code === TAB
}
