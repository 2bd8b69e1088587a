import { markup, Markup } from './markup.ts'
import { packData } from './packed-data.ts'
import { pageScript, pageStyle } from './page-files.ts'

/** What a page consists of. */
export interface PageParts {
  readonly title: string
  readonly body: Markup
  /** What the script draws; see {@link packData}. */
  readonly data: unknown
}

/** Nothing may be loaded from anywhere, nothing may be sent anywhere: the page is all there is. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** The bundler would load a package of its own for a template with this in it, which users don't have. */
const SCRIPT_END = Markup.ofOurs('</script>')

/** One file that needs nothing else, also from a disk without a network. */
export function renderWholePage({ title, body, data }: PageParts): string {
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <style>
          ${Markup.ofOurs(pageStyle())}
        </style>
      </head>
      <body>
        ${body}
        <script type="text/plain" id="data">
          ${Markup.ofOurs(packData(data))}
        ${SCRIPT_END}
        <script>
          void (async () => {
            'use strict'
            ${Markup.ofOurs(pageScript())}
          })()
        ${SCRIPT_END}
      </body>
    </html> `
  return page.toString()
}
