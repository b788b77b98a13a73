/**
 * Service worker of the certificate page: the page, its script, style and wasm. Certificates and keys are the page's
 * own matter and pass by here.
 */
import { keepPage } from '../offline.ts'

const SHELL = '/c/page'

keepPage({
  cache: 'certificate-page-1',
  files: [SHELL, '/c/assets/page.js', '/c/assets/page.css', '/c/assets/kernel.wasm'],
  // Every certificate's link is the same page: it reads the hash from its address.
  keyOf: (_request, path) => (/^\/c\/[0-9a-f]{64}$/.test(path) ? SHELL : path),
})
