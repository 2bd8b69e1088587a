import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { headingSlug } from './heading-slug.ts'
import { unlinkOutside } from './links-outside.ts'

interface Page {
  readonly text: string
  readonly link: string
  readonly order: number
}

/** The pages of a folder, by the `order` in their front matter, then by title: a page is added by adding its file. */
function pagesOf(folder: string): readonly Page[] {
  const directory = fileURLToPath(new URL(`../${folder}/`, import.meta.url))
  return readdirSync(directory)
    .filter((file) => file.endsWith('.md'))
    .map((file) => {
      const text = readFileSync(`${directory}${file}`, 'utf8')
      const title = /^# (.+)$/m.exec(text)?.[1] ?? file
      const order = Number(/^---\n(?:.*\n)*?order: (\d+(?:\.\d+)?)\n(?:.*\n)*?---\n/.exec(text)?.[1] ?? 1000)
      return { text: title, link: `/${folder}/${file.replace(/\.md$/, '')}`, order }
    })
    .toSorted((a, b) => a.order - b.order || (a.text < b.text ? -1 : 1))
}

export default defineConfig({
  title: 'Seaworthy',
  description: 'Makes a Node.js service fit for production, and proves it',
  cleanUrls: true,
  srcExclude: ['examples/**'],
  markdown: { anchor: { slugify: headingSlug }, config: unlinkOutside },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: pagesOf('guide')[0]?.link ?? '/' },
      { text: 'Reference', link: pagesOf('reference')[0]?.link ?? '/' },
    ],
    sidebar: [
      { text: 'Guide', items: [...pagesOf('guide')] },
      { text: 'Reference', items: [...pagesOf('reference')] },
      { text: 'Benchmarks', items: [...pagesOf('benchmarks')] },
    ],
  },
})
