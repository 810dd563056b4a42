// web.mjs TEST FOLDER starts the page of a made-up house (TEST is the compiled test of internal/web)
// and uses it in Chromium as somebody would at night: sign in, see people move, answer an alarm,
// replay it, draw a zone without a mouse, and more, at the width of a desk and of a phone, light and
// dark. It looks for messages on the console, requests to elsewhere, and with axe for what keeps
// people out. Pictures of the page go into FOLDER.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'

const [program, folder] = process.argv.slice(2)
if (!folder) {
  console.error('usage: node web.mjs TEST FOLDER')
  process.exit(2)
}
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const windows = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }
const faults = []
const expect = (ok, text) => ok || faults.push(text)

const child = spawn(program, ['-test.run', '^TestShow$', '-test.v'], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, FALLKIT_WEB_SHOW: '1' } })
const ended = new Promise(done => child.on('exit', code => done(code)))
let said = ''
const [address, password] = await new Promise((found, lost) => {
  child.stdout.on('data', text => {
    said += text
    const m = said.match(/(https:\/\/127\.0\.0\.1:\d+\/) (\S+)\n/)
    if (m) found([m[1], m[2]])
  })
  ended.then(code => lost(new Error(`the page ended with ${code}: ${said}`)))
})

const profile = await mkdtemp(path.join(tmpdir(), 'fallkit-browser-'))
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: flags, viewport: windows.desktop, ignoreHTTPSErrors: true, colorScheme: 'dark',
})
browser.setDefaultTimeout(15_000)
try {
  await use(await browser.newPage())
} catch (e) {
  faults.push(e.stack)
} finally {
  await browser.close()
  await rm(profile, { recursive: true, force: true })
  child.stdin.end()
}
const code = await ended
expect(code === 0, `the page ended with ${code}: ${said}`)
for (const f of faults) console.error('web: ' + f)
console.log(`fallwatch's page: ${faults.length} faults; pictures in ${folder}`)
process.exit(faults.length > 0 ? 1 : 0)

// shoot takes a picture of a view at every width, light and dark, and looks at it.
async function shoot(page, name) {
  for (const [width, size] of Object.entries(windows)) {
    await page.setViewportSize(size)
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
      await page.screenshot({ path: path.join(folder, `web-${name}-${width}-${scheme}.png`), fullPage: true })
      await inspect(page, `${name}, ${width}, ${scheme}`, (width === 'phone') === (scheme === 'dark'))
    }
  }
  await page.setViewportSize(windows.desktop)
}

async function inspect(page, where, deeply) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide <= 0, `${where}: the page is ${wide} px wider than the window`)
  const small = await page.evaluate(() => [...document.querySelectorAll('button, a.button, nav a, select, input:not([type=hidden])')]
    .map(e => ({ e, r: e.getBoundingClientRect() })).filter(({ r }) => r.width > 0 && (r.height < 30 || r.width < 24)).map(({ e }) => e.outerHTML.slice(0, 80)))
  for (const s of small) faults.push(`${where}: too small for a finger: ${s}`)
  if (!deeply) return // axe takes its time: each width once, and each scheme
  const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  for (const v of violations) faults.push(`${where}: axe ${v.id}: ${v.help}: ${v.nodes.map(n => n.html.slice(0, 120)).join(' | ')}`)
}

async function use(page) {
  let refusals = 0 // that are wanted: Chromium tells each on the console
  page.on('console', m => {
    if (m.text().includes('401 ()') || m.text().includes('403 ()') || m.text().includes('422 ()')) refusals++
    else if (m.text().includes('willReadFrequently')) return // drawn reads what others only draw
    else faults.push(`console ${m.type()}: ${m.text()}`)
  })
  page.on('pageerror', e => faults.push(`error: ${e.stack}`))
  page.on('request', r => expect(r.url().startsWith(address), `asks for ${r.url()}`))
  await page.addInitScript({ path: axe })

  // Nothing without signing in; a wrong password is told.
  await page.goto(address + '#/incident/i-0005')
  expect(page.url() === address + 'signin#/incident/i-0005', `without a session one comes to ${page.url()}`)
  await shoot(page, 'signin')
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password').fill('not the password')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor()
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Fall in Living room' }).waitFor()
  expect(refusals === 2, `${refusals} refusals were told, not the session that is missing and the wrong password`)
  expect((await page.context().cookies()).every(c => c.httpOnly && c.secure && c.sameSite === 'Strict'), 'a cookie without its flags')
  expect(await page.evaluate(() => document.cookie) === '', 'a script can read a cookie')

  await live(page)
  await replay(page)
  await answer(page)
  await zones(page)
  await access(page)
  await page.goto(address + '#/incidents')
  await page.getByRole('heading', { level: 1, name: 'Incidents' }).waitFor()
  expect(await page.locator('main .list li').count() === 5, 'the list has not five incidents')
  await shoot(page, 'incidents')
  await page.goto(address + '#/health')
  await page.getByRole('region', { name: 'Table: Cameras' }).waitFor()
  await shoot(page, 'health')
  await drill(page)
  await away(page)
  await keyboardOnly(page)
  expect(refusals === 3, `${refusals} refusals, not the two and the zone that crosses itself`)
  await anna(page)
  await silence(page)
}

// drawn tells what a canvas shows, so that two moments can be compared.
function drawn(page, label) {
  return page.locator(`canvas[aria-label^="${label}"]`).evaluate(c => {
    const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data
    let sum = 0, dots = 0
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) { dots++; sum = (sum * 31 + i) % 1_000_003 }
    return { sum, dots }
  })
}

async function live(page) {
  await page.getByRole('link', { name: 'Live' }).click()
  await page.getByRole('heading', { level: 2, name: 'Kitchen & hall' }).waitFor()
  await page.waitForFunction(() => document.querySelector('canvas[aria-label^="Kitchen"]')?.getAttribute('aria-label').includes('2 people'))
  await page.waitForFunction(() => [...document.querySelectorAll('.stage')].filter(s => !s.classList.contains('old')).length === 2)
  const a = await drawn(page, 'Kitchen')
  expect(a.dots > 300, `only ${a.dots} dots of two people are drawn`)
  await page.waitForFunction(before => {
    const c = document.querySelector('canvas[aria-label^="Kitchen"]'), data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data
    let sum = 0
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) sum = (sum * 31 + i) % 1_000_003
    return sum !== before
  }, a.sum)
  expect((await page.locator('.card', { hasText: 'Bedroom' }).textContent()).includes('The picture is black'), 'a blind camera does not say so')
  expect((await page.title()).startsWith('‼ Fall in Living room'), `the tab says ${await page.title()}`)
  expect((await page.textContent('#told')).includes('Fall in Living room: Nobody has answered'), 'a screen reader is not told of the alarm')
  await shoot(page, 'live')
}

async function replay(page) {
  await page.locator('#alarms').getByRole('link', { name: 'What happened' }).first().click()
  await page.getByRole('button', { name: 'Pause' }).waitFor() // plays by itself
  const slide = page.getByRole('slider', { name: 'Time of the replay' })
  const from = Number(await slide.inputValue())
  await page.waitForFunction(from => Number(document.querySelector('input[type=range]').value) > from + 3, from)
  await page.getByRole('button', { name: 'Pause' }).click()
  await slide.focus()
  const at = Number(await slide.inputValue()), before = await drawn(page, 'The skeleton')
  for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowLeft')
  expect(Number(await slide.inputValue()) === Math.max(0, at - 30), 'the arrow keys do not move the replay')
  expect((await drawn(page, 'The skeleton')).sum !== before.sum, 'the replay shows one picture')
  expect(/s · score 0\.\d\d/.test(await slide.getAttribute('aria-valuetext')), `the slider says ${await slide.getAttribute('aria-valuetext')}`)
  expect((await page.locator('svg.curve').getAttribute('aria-label')).includes('the highest is 0.97'), 'the curve has no words')
  const alone = await drawn(page, 'The skeleton')
  await page.getByRole('group', { name: 'Camera of the replay' }).getByRole('button', { name: 'Kitchen & hall' }).click()
  expect(await page.getByRole('button', { name: 'Kitchen & hall' }).getAttribute('aria-pressed') === 'true', 'the second camera is not marked')
  await page.getByRole('button', { name: 'Pause' }).click()
  await slide.fill(String(Math.max(0, at - 30)))
  expect((await drawn(page, 'The skeleton')).sum !== alone.sum, 'the second camera shows the same')
  await page.locator('.steps li', { hasText: 'Seen by a second camera, too: Kitchen & hall' }).waitFor()
  await slide.fill('107')
  await page.waitForFunction(() => document.querySelector('img.strip')?.naturalWidth > 0)
  await shoot(page, 'incident')
}

async function answer(page) {
  expect(await page.getByRole('button', { name: 'I’m on it' }).count() === 1, 'there is not one button to answer')
  await page.getByRole('button', { name: 'I’m on it' }).click()
  await page.locator('main .pill', { hasText: 'admin is on it' }).waitFor()
  await page.waitForFunction(() => !document.title.startsWith('‼ Fall'))
  expect(!(await page.title()).startsWith('‼ Fall'), `once answered, the tab says ${await page.title()}`)
  await page.getByRole('button', { name: 'It was a fall' }).click()
  await page.getByText('admin says: was a fall.').waitFor()
  await page.getByRole('button', { name: 'False alarm' }).click()
  await page.getByText('admin says: false alarm.').waitFor()
  expect(await page.getByRole('button', { name: 'False alarm' }).getAttribute('aria-pressed') === 'true', 'the verdict is not marked')
  await page.locator('.steps li', { hasText: 'Answered by admin' }).waitFor()
  await shoot(page, 'answered')
}

async function zones(page) {
  await page.goto(address + '#/zones')
  await page.getByRole('heading', { level: 1, name: 'Zones of Living room' }).waitFor()
  await page.getByRole('button', { name: 'New zone' }).press('Enter')
  const press = async (key, times = 1) => { for (let i = 0; i < times; i++) await page.keyboard.press(key) }
  expect(await page.evaluate(() => document.activeElement.getAttribute('role')) === 'application', 'a new zone does not bring the keyboard to the picture')
  await press('Shift+ArrowLeft', 8) // 0.10, 0.50
  await press('Space')
  await press('Shift+ArrowRight', 6)
  await press('Space')
  await press('ArrowDown') // a slip
  await press('Space')
  await press('Backspace')
  await press('Shift+ArrowDown', 6)
  await press('Space')
  expect((await page.textContent('#said')).startsWith('Corner 3: 40 % from the left, 81 % from the top'), `it says ${await page.textContent('#said')}`)
  await shoot(page, 'drawing')
  await press('Shift+ArrowLeft', 6)
  await press('Space')
  await press('Enter')
  await page.keyboard.type('Bed')
  await page.getByRole('button', { name: 'Save' }).press('Enter')
  await page.waitForFunction(() => document.getElementById('said').textContent === 'The zones are saved.')
  let kept = await page.evaluate(() => fetch('/api/v1/cameras/Living%20room/zones').then(a => a.json()))
  const want = [[0.1, 0.5], [0.4, 0.5], [0.4, 0.81], [0.1, 0.81]]
  expect(kept.zones[1]?.name === 'Bed' && JSON.stringify(kept.zones[1].points) === JSON.stringify(want), `kept: ${JSON.stringify(kept.zones)}`)

  // By mouse: a corner is dragged; then four clicks and the first again make a border that crosses itself.
  const stage = await page.getByRole('application').boundingBox()
  await page.mouse.move(stage.x + 0.1 * stage.width + 6, stage.y + 0.5 * stage.height + 6) // near is enough
  await page.mouse.down()
  await page.mouse.move(stage.x + 0.05 * stage.width, stage.y + 0.45 * stage.height, { steps: 3 })
  await page.mouse.up()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForFunction(() => document.querySelector('main button.main').disabled)
  kept = await page.evaluate(() => fetch('/api/v1/cameras/Living%20room/zones').then(a => a.json()))
  expect(Math.abs(kept.zones[1].points[0][0] - 0.05) < 0.004 && Math.abs(kept.zones[1].points[0][1] - 0.45) < 0.004, `dragged to ${kept.zones[1].points[0]}`)
  await page.getByRole('button', { name: 'New zone' }).click()
  const box = await page.getByRole('application').boundingBox()
  const click = (x, y) => page.mouse.click(box.x + x * box.width, box.y + y * box.height)
  for (const [x, y] of [[0.1, 0.1], [0.3, 0.3], [0.3, 0.1], [0.1, 0.3], [0.1, 0.1]]) await click(x, y)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alert').filter({ hasText: 'crosses itself' }).waitFor()
  await page.getByRole('button', { name: 'Discard' }).click()
  await page.getByLabel('Camera').selectOption('Kitchen & hall')
  await page.getByRole('heading', { level: 1, name: 'Zones of Kitchen & hall' }).waitFor()
  await page.goto(address + '#/zones/Living%20room')
  await page.getByRole('heading', { level: 1, name: 'Zones of Living room' }).waitFor()
  await page.locator('fieldset summary').first().click()
  await shoot(page, 'zones')
}

async function access(page) {
  await page.getByRole('link', { name: 'Access' }).click()
  await page.getByText('Add a user').click()
  const users = page.getByRole('region', { name: 'Table: Users' })
  const form = page.locator('form', { has: page.getByRole('button', { name: 'Add', exact: true }) })
  await form.getByLabel('Name').fill('Anna')
  await form.getByLabel('Password').fill('a password for Anna')
  await form.getByRole('button').click()
  await users.getByRole('rowheader', { name: 'Anna' }).waitFor()
  await page.getByText('Make a token').click()
  await page.getByLabel('Name of the program').fill('home assistant')
  await page.getByRole('button', { name: 'Make it' }).click()
  await page.locator('.secret', { hasText: 'fallwatch_' }).waitFor()
  await page.getByText(/The last \d+ changes/).click()
  await shoot(page, 'access')
}

async function drill(page) {
  await page.goto(address + '#/')
  await page.locator('.card', { hasText: 'Kitchen' }).getByRole('button', { name: 'Drill…' }).click()
  await page.getByRole('dialog').waitFor()
  await shoot(page, 'drill')
  await page.getByRole('button', { name: 'Yes, begin' }).click()
  await page.locator('#alarms article', { hasText: 'Drill in Kitchen & hall' }).waitFor()
}

async function away(page) {
  const mode = page.getByLabel('Mode of the house')
  await mode.selectOption('away')
  await page.getByRole('button', { name: 'No', exact: true }).click()
  await page.waitForFunction(() => document.getElementById('mode').value === 'auto') // what was not wanted does not stay
  await mode.selectOption('away')
  await page.getByRole('button', { name: 'Yes, Away' }).click()
  await page.getByText('Away: a fall is noted, and nobody is called.', { exact: true }).waitFor()
  expect(await mode.inputValue() === 'away', 'the mode is not shown')
  await page.getByRole('button', { name: 'Sound' }).click()
  await page.waitForFunction(() => document.getElementById('sound').getAttribute('aria-pressed') === 'true')
  await page.getByRole('button', { name: 'Sound' }).click()
}

// keyboardOnly walks through the page by Tab: each stop can be seen, none is a trap.
async function keyboardOnly(page) {
  await page.goto(address + '#/')
  await page.reload()
  await page.getByRole('heading', { level: 2, name: 'Kitchen & hall', exact: true }).waitFor()
  const stops = []
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const e = document.activeElement, r = e.getBoundingClientRect(), style = getComputedStyle(e)
      if (e === document.body) return null
      return { name: (e.textContent || e.getAttribute('aria-label')).trim(), seen: r.width > 1 && r.left >= 0 && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }
    })
    if (!stop) break
    stops.push(stop)
  }
  const names = stops.map(s => s.name)
  expect(names[0] === 'To the content', `the first stop is ${names[0]}`)
  expect(names.indexOf('Live') < names.findIndex(n => n === 'I know' || n === 'I’m on it'), `the order of stops is ${names}`)
  expect(names.includes('Drill…') && stops.length < 40, `Tab stops at ${names}`)
  for (const s of stops) expect(s.seen, `the focus on "${s.name}" cannot be seen`)
}

// anna may look and answer: she is offered nothing else.
async function anna(page) {
  await page.getByRole('link', { name: 'Access' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(address + 'signin')
  await page.getByLabel('Name').fill('Anna')
  await page.getByLabel('Password').fill('a password for Anna')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor()
  await page.locator('#alarms article', { hasText: 'Drill in Kitchen & hall' }).getByRole('button', { name: 'I know' }).click()
  await page.locator('#alarms article', { hasText: 'Anna is on it' }).waitFor()
  expect(await page.getByLabel('Mode of the house').isDisabled(), 'the mode is offered to who may not set it')
  await page.getByRole('link', { name: 'Access' }).click()
  await page.getByText('You are Anna, who may look and answer.').waitFor()
  expect(await page.getByRole('heading', { level: 2 }).filter({ hasText: /Users|Tokens|changed/ }).count() === 0, 'users and tokens are shown to who may not see them')
  await page.getByRole('link', { name: 'Zones', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Zones of Living room' }).waitFor()
  expect(await page.getByRole('button', { name: 'New zone' }).isDisabled(), 'zones are offered to who may not draw them')
}

// silence ends the server: the page must say that what it shows is old.
async function silence(page) {
  page.removeAllListeners('console') // connections that fail are told there
  child.stdin.end()
  await page.locator('#lost', { hasText: 'No connection to Fallwatch' }).waitFor()
  expect((await page.title()).startsWith('No connection'), `the tab says ${await page.title()}`)
  await shoot(page, 'lost')
}
