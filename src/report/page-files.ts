import { readFileSync } from 'node:fs'

/** What a page is drawn with, in the order in which the files need each other. */
const SCRIPTS = [
  'unpack',
  'texts',
  'colours',
  'view',
  'dots',
  'lanes',
  'hits',
  'canvas',
  'hands',
  'charts',
  'details',
  'tables',
  'page',
]

/** The script of a page: our files for the browser, joined into one, since a page from a disk can't import any. */
export function pageScript(): string {
  return SCRIPTS.map((name) => joinable(readOwn(`${name}.js`))).join('\n')
}

export function pageStyle(): string {
  return readOwn('timeline.css') + readOwn('page.css')
}

/** Without the words that make a module of it. Each import of one of these files is one line, or lines up to `from`. */
function joinable(text: string): string {
  return text.replaceAll(/^import [^;]*? from '\.\/[a-z-]+\.js'\n/gm, '').replaceAll(/^export /gm, '')
}

/** Found from the sources and from any chunk of the build: both lie one folder deep. */
function readOwn(name: string): string {
  return readFileSync(new URL(`../report/browser/${name}`, import.meta.url), 'utf8')
}
