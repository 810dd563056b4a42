// look.mjs FOLDER PAGE... opens pages from disk in Chromium and tells what is wrong with them:
// messages on the console, requests to anywhere, missing headings or names for screen readers,
// a body that is wider than the window, labels that cover each other, a page that does not
// print. Screenshots and PDFs go into FOLDER.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const [folder, ...pages] = process.argv.slice(2)
if (!folder || pages.length === 0) {
  console.error('usage: node look.mjs FOLDER PAGE...')
  process.exit(2)
}
const windows = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 }, narrow: { width: 320, height: 640 } }
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const faults = []

const profile = await mkdtemp(path.join(tmpdir(), 'fallkit-browser-'))
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: flags, viewport: null,
})
try {
  for (const file of pages) await look(file)
} finally {
  await browser.close()
  await rm(profile, { recursive: true, force: true })
}
for (const f of faults) console.error(f)
console.log(`${pages.length} pages, ${faults.length} faults; pictures in ${folder}`)
process.exit(faults.length > 0 ? 1 : 0)

async function look(file) {
  let what = path.basename(file, '.html')
  const fault = text => faults.push(`${what}: ${text}`)
  const page = await browser.newPage()
  const url = pathToFileURL(path.resolve(file)).href
  page.on('console', m => fault(`console ${m.type()}: ${m.text()}`))
  page.on('pageerror', e => fault(`error: ${e.message}`))
  await page.route('**/*', route => {
    const to = route.request().url()
    if (to === url || to.startsWith('data:')) return route.continue()
    fault(`asks for ${to}`)
    return route.abort()
  })
  await page.setViewportSize(windows.desktop)
  await page.goto(url)
  const pdf = await page.pdf({ format: 'A4' })
  if (pdf.length < 10_000 || pdf.subarray(0, 5).toString() !== '%PDF-') fault(`prints to ${pdf.length} bytes that are no page`)
  await writeFile(path.join(folder, what + '.pdf'), pdf)
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme })
    for (const [name, size] of Object.entries(windows)) {
      what = `${path.basename(file, '.html')}-${name}-${scheme}`
      await page.setViewportSize(size)
      for (const text of await page.evaluate(inspect)) fault(text)
      if (name !== 'narrow') await page.screenshot({ path: path.join(folder, what + '.png'), fullPage: true })
    }
  }
  await page.close()
}

// inspect runs in the page.
function inspect() {
  const faults = []
  const all = (selector, of = document) => [...of.querySelectorAll(selector)]
  const short = e => e.outerHTML.replace(/\s+/g, ' ').slice(0, 90)
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
  if (wide > 0) faults.push(`the page is ${wide} px wider than the window`)
  if (all('h1').length !== 1) faults.push(`${all('h1').length} main headings`)
  if (all('h2').length < 2) faults.push('fewer than two headings of parts')
  let level = 1
  for (const h of all('h1, h2, h3, h4')) {
    const now = Number(h.tagName[1])
    if (now > level + 1) faults.push(`heading "${h.textContent}" skips a level`)
    if (!h.textContent.trim()) faults.push('an empty heading')
    level = now
  }
  for (const a of all('a[href^="#"]')) if (!document.getElementById(a.hash.slice(1))) faults.push(`the link ${a.hash} leads nowhere`)
  for (const t of all('table')) {
    if (!t.caption?.textContent.trim()) faults.push(`no caption: ${short(t)}`)
    for (const th of all('th', t)) if (!th.scope) faults.push(`no scope: ${short(th)}`)
  }
  for (const s of all('svg')) {
    if (s.getAttribute('aria-hidden') !== 'true' && !(s.getAttribute('aria-label') && s.querySelector('title'))) faults.push(`a drawing without a name: ${short(s)}`)
  }
  const ids = all('[id]').map(e => e.id)
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`two elements are called ${id}`)
  for (const e of all('details')) e.open = true
  for (const s of all('figure svg, .case svg')) {
    const texts = all('text', s).map(t => ({ t, r: t.getBoundingClientRect() })).filter(x => x.r.width > 0)
    const edge = s.getBoundingClientRect()
    texts.forEach((a, i) => {
      if (a.r.left < edge.left - 3 || a.r.right > edge.right + 3 || a.r.top < edge.top - 3 || a.r.bottom > edge.bottom + 3) faults.push(`cut off in a drawing: ${a.t.textContent}`)
      for (const b of texts.slice(i + 1)) {
        const x = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left), y = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top)
        if (x > 1.5 && y > 3) faults.push(`labels cover each other: ${a.t.textContent} and ${b.t.textContent}`)
      }
    })
  }
  // Dark text on dark paper: what is read must stand out, 4.5 to 1 (WCAG 2.1, 1.4.3).
  const light = c => {
    const [r, g, b] = c.match(/[\d.]+/g).slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const paperOf = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor
      if (/^rgb\(/.test(c)) return c
    }
    return 'rgb(255, 255, 255)'
  }
  for (const e of all('h1, h2, h3, h4, p, li, td, th, small, dt, dd, a, summary, caption')) {
    if (!e.textContent.trim() || e.classList.contains('skip')) continue
    const ink = getComputedStyle(e).color
    if (!/^rgb/.test(ink)) continue
    const [a, b] = [light(ink), light(paperOf(e))].sort((x, y) => y - x)
    if ((a + 0.05) / (b + 0.05) < 4.5) faults.push(`hard to read (${((a + 0.05) / (b + 0.05)).toFixed(1)} to 1): ${short(e)}`)
  }
  for (const e of all('details')) e.open = false
  return [...new Set(faults)]
}
