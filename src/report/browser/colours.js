const NAMES = ['text', 'quiet', 'line', 'surface', 'good', 'bad', 'warn', 'plain', 'answered', 'focus']

/** The colours of the theme in force, as the canvas takes them. */
export function readColours() {
  const probe = document.createElement('span')
  probe.hidden = true
  document.body.append(probe)
  const colours = {}
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`
    colours[name] = getComputedStyle(probe).color
  }
  probe.remove()
  return colours
}

/** The button that goes over to the other theme; until it is pressed the system's is taken. */
export function startThemes(button, onChange) {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark'
  const show = () => {
    button.textContent = isDark() ? 'Light' : 'Dark'
    button.setAttribute('aria-label', isDark() ? 'Go over to light' : 'Go over to dark')
    onChange()
  }
  button.hidden = false
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark'
    show()
  })
  dark.addEventListener('change', show)
  let before
  // Paper is white.
  addEventListener('beforeprint', () => {
    before = document.documentElement.dataset.theme
    document.documentElement.dataset.theme = 'light'
    onChange()
  })
  addEventListener('afterprint', () => {
    if (before === undefined) delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = before
    onChange()
  })
  show()
}
