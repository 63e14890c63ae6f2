// Copies the few browser files named under "vendor" in package.json to where the pages are served from.
// With --check: only tells (exit code) whether they are all there.
import { copyFile, mkdir, readFile, stat } from 'node:fs/promises'

const folder = 'tracker/web/static/vendor'
const { vendor } = JSON.parse(await readFile('package.json', 'utf8'))

if (process.argv.includes('--check')) {
  const found = await Promise.allSettled(Object.keys(vendor).map((name) => stat(`${folder}/${name}`)))
  process.exit(found.every((file) => file.status === 'fulfilled') ? 0 : 1)
}
await mkdir(folder, { recursive: true })
for (const [name, source] of Object.entries(vendor)) {
  await copyFile(`node_modules/${source}`, `${folder}/${name}`)
}
