// Starts the page: which view is shown, what is urgent, and whether the house is heard at all.
import { get, may, send, start } from './api.js'
import { $, ask, el, put, say } from './dom.js'
import { learn } from './draw.js'
import { house, listen, lost, open } from './stream.js'
import { ago, title } from './words.js'
import { showAlarms } from './alarms.js'
import { sound } from './sound.js'
import live from './live.js'
import { incident, incidents } from './incidents.js'
import zones from './zones.js'
import health from './health.js'
import access from './access.js'

const views = { '': live, incidents, incident, zones, health, access }
let leave = null, turn = 0

// show brings the view that the address names, and moves the focus there.
async function show() {
  const [name = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/')
  const view = views[name] ?? live, mine = ++turn, main = $('main')
  leave?.()
  leave = null
  document.querySelectorAll('nav a').forEach(a => {
    if (a.dataset.view === ({ '': 'live', incident: 'incidents' }[name] ?? name)) a.setAttribute('aria-current', 'page')
    else a.removeAttribute('aria-current')
  })
  const inside = el('div')
  document.body.classList.toggle('at-live', view === live)
  if (house.now) showAlarms(house.now)
  main.replaceChildren(inside)
  try {
    const end = await view(inside, decodeURIComponent(rest.join('/')))
    if (mine !== turn) return end?.()
    leave = end ?? null
  } catch (e) {
    if (mine === turn) inside.append(el('h1', {}, 'This did not work'), el('p', { class: 'fault', role: 'alert' }, e.message))
  }
  const head = main.querySelector('h1')
  head?.setAttribute('tabindex', -1)
  if (shown) head?.focus({ preventScroll: true })
  if (shown) scrollTo(0, 0)
  shown = true
  tellTitle()
}
let shown = false

// tellTitle has the tab say what is urgent.
function tellTitle() {
  const urgent = house.now?.incidents.filter(i => i.urgent) ?? []
  const view = document.querySelector('main h1')?.textContent ?? ''
  const text = lost() ? 'No connection' : urgent.length ? `‼ ${title(urgent[0])}` : view
  if (document.title !== `${text} – Fallwatch`) document.title = `${text} – Fallwatch`
}

function tellLost() {
  const seconds = lost(), box = $('lost')
  if (seconds === 0) box.hidden = true
  else if (box.hidden) {
    box.hidden = false
    box.replaceChildren(el('strong', {}, 'No connection to Fallwatch. '), 'What is shown is old, and new alarms do not come here. ', el('span', { id: 'lost-since', 'aria-hidden': 'true' }))
  } else put($('lost-since'), house.refused ? `It says: ${house.refused}.` : Number.isFinite(seconds) ? `For ${ago(seconds)}.` : '')
  document.body.classList.toggle('lost', seconds > 0)
}

const modes = {
  auto: ['Auto', 'As the schedules in the settings file say; where none does, somebody is at home.'],
  home: ['Home', 'Somebody is at home, whatever the schedules say: who falls is helped.'],
  away: ['Away', 'Away: a fall is noted, and nobody is called. Choose Auto again when somebody comes back.'],
  test: ['Test', 'Test: every alarm is marked as a drill, a real fall as well. Choose Auto again when you are done.'],
}

function tellMode() {
  const box = $('mode'), now = house.now.mode
  if (box.childElementCount === 0) {
    box.append(...Object.entries(modes).map(([value, [text]]) => el('option', { value }, text)))
    box.disabled = !may('admin')
    box.addEventListener('change', () => change(box.value))
  }
  if (!asking) box.value = now
  const forced = [...new Set(house.now.cameras.map(c => c.mode).filter(m => m === 'away' || m === 'test'))]
  $('quiet').hidden = forced.length === 0
  put($('quiet'), forced.map(m => modes[m][1].split('. ')[0] + '.').join(' '))
}
let asking = false

async function change(mode) {
  const [text, why] = modes[mode]
  asking = true
  try {
    if (mode !== house.now.mode && await ask(`Set the house to ${text}?`, why, `Yes, ${text}`)) {
      await send('PUT', 'mode', { mode })
      house.now.mode = mode
      say(`The house is set to ${text}.`)
    }
  } catch (e) {
    hint(e.message)
  } finally {
    asking = false
    tellMode()
  }
}

function hint(text) {
  $('hint').textContent = text
  $('hint').hidden = !text
}

listen(what => {
  if (what === 'house') {
    tellMode()
    showAlarms(house.now)
    sound(house.now.incidents.some(i => i.urgent && i.kind !== 'blind'))
    if (house.now.fault) hint(`The incidents cannot be read: ${house.now.fault}`)
  }
  tellLost()
  tellTitle()
})

$('skip').addEventListener('click', e => {
  e.preventDefault()
  $('main').focus()
})

try {
  const me = await start()
  learn(await get('skeleton'))
  if (me.generated_password) {
    $('hint').replaceChildren('You still use the password that was made at the first start. ', el('a', { href: '#/access' }, 'Choose your own'), '.')
    $('hint').hidden = false
  }
  open()
  addEventListener('hashchange', show)
  await show()
} catch (e) {
  $('main').replaceChildren(el('h1', {}, 'Fallwatch'), el('p', { class: 'fault', role: 'alert' }, e.message))
}
