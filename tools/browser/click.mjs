// click.mjs FALLTRAIN DATA FOLDER starts "falltrain click" on three frames of a data folder
// and places joints on them in Chromium, with the mouse and with the keyboard; then it
// looks whether the file holds what was placed, and nothing else. Pictures of the page go
// into FOLDER.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'

const [program, data, folder] = process.argv.slice(2)
if (!folder) {
  console.error('usage: node click.mjs FALLTRAIN DATA FOLDER')
  process.exit(2)
}
const out = path.join(folder, 'clicks.json')
const faults = []
const expect = (ok, text) => ok || faults.push(text)
const near = (a, b) => Math.abs(a[0] - b[0]) < 0.5 && Math.abs(a[1] - b[1]) < 0.5
const kept = async () => JSON.parse(await readFile(out, 'utf8'))
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

const child = spawn(program, ['click', data, '--frames', '3', '--out', out], { stdio: ['ignore', 'pipe', 'inherit'] })
const ended = new Promise(done => child.on('exit', code => done(code)))
let said = ''
const address = await new Promise((found, lost) => {
  child.stdout.on('data', text => {
    said += text
    const m = said.match(/http:\/\/127\.0\.0\.1:\d+\/\w+\//)
    if (m) found(m[0])
  })
  ended.then(code => lost(new Error(`falltrain click ended with ${code}: ${said}`)))
})

const profile = await mkdtemp(path.join(tmpdir(), 'fallkit-browser-'))
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: flags, viewport: { width: 1280, height: 800 },
})
try {
  await place(await browser.newPage())
} catch (e) {
  faults.push(e.stack)
} finally {
  await browser.close()
  await rm(profile, { recursive: true, force: true })
  if (faults.length > 0) child.kill()
}
const code = await ended
expect(code === 0, `falltrain click ended with ${code}`)
expect(said.includes('3 of 3 frames done'), `it said: ${said}`)
for (const f of faults) console.error('click: ' + f)
console.log(`falltrain click: ${faults.length} faults; pictures in ${folder}`)
process.exit(faults.length > 0 ? 1 : 0)

// settled waits until the page shows a frame whose number is n, and has sent all.
async function settled(page, n) {
  await page.waitForFunction(n => document.getElementById('picture').dataset.view && document.getElementById('where').textContent.startsWith(`Frame ${n}:`), n)
  await page.evaluate(() => sending)
}

async function clickAt(page, [x, y], modifiers = []) {
  const at = await page.evaluate(([x, y]) => {
    const c = document.getElementById('picture'), r = c.getBoundingClientRect(), [s, ox, oy] = c.dataset.view.split(' ').map(Number)
    return [r.left + s * x + ox, r.top + s * y + oy]
  }, [x, y])
  for (const m of modifiers) await page.keyboard.down(m)
  await page.mouse.click(...at)
  for (const m of modifiers) await page.keyboard.up(m)
}

async function place(page) {
  page.on('console', m => faults.push(`console ${m.type()}: ${m.text()}`))
  page.on('pageerror', e => faults.push(`error: ${e.message}`))
  page.on('request', r => expect(r.url().startsWith(address), `asks for ${r.url()}`))
  await page.goto(address)
  await settled(page, 1)
  expect(await page.locator('h1').count() === 1, 'no main heading')
  expect(await page.textContent('#next') === 'nose', `the first joint is ${await page.textContent('#next')}`)

  // A whole person by the mouse: visible joints, a hidden one, one that is not there, an undo.
  const spots = Array.from({ length: 17 }, (_, j) => [90 + 7 * j, 60 + 9 * (j % 5) + 2 * j])
  for (const j of [0, 1, 2]) await clickAt(page, spots[j])
  await settled(page, 1)
  let file = await kept()
  expect(file.images.length === 1 && file.images[0].skipped === 'unfinished', `at once the file has ${JSON.stringify(file.images)}`)
  expect(file.annotations[0]?.num_keypoints === 3, 'three joints are placed, and the file has another number')
  await clickAt(page, [5, 5])
  await page.keyboard.press('z')
  expect(await page.textContent('#next') === 'left ear', `after undo the next joint is ${await page.textContent('#next')}`)
  await page.keyboard.press('x')
  await clickAt(page, spots[4], ['Shift'])
  await page.keyboard.press('h')
  await clickAt(page, spots[5])
  expect(await page.isDisabled('#button-done'), 'a person who is not whole can be done')
  await page.mouse.move(300, 300) // zoomed and moved, a click still means the same place
  await page.mouse.wheel(0, -300)
  await page.mouse.down()
  await page.mouse.move(330, 340, { steps: 4 })
  await page.mouse.up()
  for (let j = 6; j < 11; j++) await clickAt(page, spots[j])
  await page.screenshot({ path: path.join(folder, 'click-zoomed.png') })
  await page.keyboard.press('0')
  for (let j = 11; j < 17; j++) await clickAt(page, spots[j])
  expect(await page.textContent('#next') === 'This person is whole.', `at last: ${await page.textContent('#next')}`)
  await page.screenshot({ path: path.join(folder, 'click.png') })
  for (const [what, box] of [['page', 'html'], ['panel', 'aside']]) {
    const over = await page.$eval(box, e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight])
    expect(over[0] <= 0 && over[1] <= 0, `at 1280x800 the ${what} is ${over} px too large`)
  }

  // A second person by the keyboard: one joint, and the rest is not in the picture.
  await page.keyboard.press('a')
  const middle = await page.evaluate(() => cross.slice())
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+X')
  await page.keyboard.press('Enter')
  await settled(page, 2)
  await page.keyboard.press('n')
  await settled(page, 3)
  await page.reload() // goes on where it was
  await settled(page, 3)
  await page.keyboard.press('u')
  await page.waitForFunction(() => document.getElementById('next').textContent === 'All frames are done.')
  await page.keyboard.press('PageUp')
  await settled(page, 2)
  await page.keyboard.press('PageUp')
  await settled(page, 1)
  await page.screenshot({ path: path.join(folder, 'click-done.png') })
  await page.click('#button-end')
  await page.waitForFunction(() => document.getElementById('next').textContent.startsWith('Everything is saved'))

  file = await kept()
  expect(JSON.stringify(file.images.map(i => i.skipped)) === '[null,"nobody","unclear"]', `skipped: ${JSON.stringify(file.images)}`)
  expect(file.annotations.length === 2, `${file.annotations.length} people`)
  const [first, second] = file.annotations.map(a => a.keypoints)
  for (let j = 0; j < 17; j++) {
    const v = { 3: 0, 4: 1, 5: 1 }[j] ?? 2
    const got = first.slice(3 * j, 3 * j + 3)
    expect(got[2] === v && (v === 0 ? got[0] === 0 && got[1] === 0 : near(got, spots[j])), `joint ${j} is at ${got}, and was placed at ${spots[j]} with ${v}`)
  }
  expect(near(second, [middle[0] + 30, middle[1]]) && second[2] === 2 && second.slice(3).every(v => v === 0), `the second person is ${second}`)
}
