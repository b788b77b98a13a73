/** Service worker of the start page: the page, its script, style and wasm. It keeps nothing that a reader checks. */
import { keepPage } from '../offline.ts'

/** The page under a name whose answer does not depend on what is accepted. */
const SHELL = '/start/page'

keepPage({
  cache: 'start-page-1',
  files: [SHELL, '/start/page.js', '/start/page.css', '/start/kernel.wasm'],
  keyOf: ({ mode }, path) => (path === '/' && mode === 'navigate' ? SHELL : path),
})
