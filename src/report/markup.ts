import { printable } from '../store/view/printable.ts'

/** Longer foreign texts are cut off: a page is read by people. */
const MAX_TEXT_LENGTH = 20_000

/** Markup that was written by us, with everything foreign in it escaped. Made by {@link markup} and by nothing else. */
export class Markup {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** @internal Only {@link markup} and what inlines our own files may call it: nothing is escaped. */
  static ofOurs(text: string): Markup {
    return new Markup(text)
  }

  toString(): string {
    return this.#text
  }
}

/** What may stand in a template: foreign text and numbers are escaped, markup stays, lists are joined, `undefined` is nothing. */
export type Content = string | number | Markup | undefined | readonly Content[]

/**
 * A template of HTML: what stands in `${…}` is text, whoever wrote it, both between tags and in a quoted value of an
 * attribute. Values must be quoted in the template, and nothing foreign may stand in a tag's or an attribute's name, in
 * `<script>` or in `<style>`.
 */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return Markup.ofOurs(parts.map((part, index) => (index === 0 ? part : render(contents[index - 1]) + part)).join(''))
}

function render(content: Content): string {
  if (content === undefined) return ''
  if (content instanceof Markup) return content.toString()
  if (typeof content === 'object') return content.map(render).join('')
  return escapeHtml(String(content))
}

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return printable(text, MAX_TEXT_LENGTH).replaceAll(/[&<>"']/g, (letter) => ESCAPED[letter] ?? '')
}
