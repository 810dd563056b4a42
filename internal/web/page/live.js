// What every camera sees, as people of sticks.
import { may, part, send } from './api.js'
import { ask, el, put, say } from './dom.js'
import { Pen } from './draw.js'
import { house, listen, lost } from './stream.js'
import { ago, people } from './words.js'

const old = 3000 // ms after which a skeleton is shown as old

export default function live(root) {
  const grid = el('div', { class: 'cameras' }), cards = new Map(), none = el('p', { class: 'soft' }, 'Waiting for the cameras…')
  root.append(el('h1', {}, 'Live'), none, grid)
  const show = (what, data) => {
    if (house.now) arrange(house.now.cameras, cards, grid, none)
    if (what === 'live') cards.get(data.camera)?.draw(data)
    for (const [name, card] of cards) card.tell(house.now.cameras.find(c => c.name === name))
  }
  show()
  const again = () => cards.forEach(c => c.draw())
  addEventListener('resize', again)
  const end = listen(show)
  return () => {
    end()
    removeEventListener('resize', again)
  }
}

function arrange(cameras, cards, grid, none) {
  const names = new Set(cameras.map(c => c.name))
  for (const [name, card] of cards) {
    if (names.has(name)) continue
    card.root.remove()
    cards.delete(name)
  }
  for (const c of cameras) {
    if (cards.has(c.name)) continue
    cards.set(c.name, new Card(c.name))
    grid.append(cards.get(c.name).root)
    cards.get(c.name).draw()
  }
  none.hidden = cameras.length > 0
  if (cameras.length === 0) put(none, 'There is no camera yet: name one in the settings file.')
}

// pill is how a camera is, in a word.
export function pill(c) {
  if (c.blind) return ['blind', 'warn']
  if (!c.up) return ['no picture', 'warn']
  if (c.alarm === 'confirmed' || c.alarm === 'long_lie') return ['fall', 'alarm']
  if (c.alarm === 'suspected') return ['perhaps a fall', 'warn']
  return ['watching', 'good']
}

class Card {
  constructor(name) {
    this.name = name
    this.pill = el('span', { class: 'pill' })
    this.canvas = el('canvas', { role: 'img', 'aria-label': name })
    this.why = el('p', { class: 'why', hidden: true })
    this.stage = el('div', { class: 'stage' }, this.canvas, this.why)
    this.facts = el('p', { class: 'facts' })
    this.fault = el('p', { class: 'fault', role: 'alert', hidden: true })
    const id = `camera-${Math.random().toString(36).slice(2)}`
    this.root = el('section', { class: 'card', 'aria-labelledby': id },
      el('div', { class: 'head' }, el('h2', { id }, name), this.pill), this.stage, this.facts,
      el('div', { class: 'row' },
        may('acknowledge') ? el('button', { type: 'button', 'aria-describedby': id, onclick: () => this.drill() }, 'Drill…') : null,
        el('a', { class: 'button', href: `#/zones/${part(name)}`, 'aria-describedby': id }, 'Zones')), this.fault)
    this.pen = new Pen(this.canvas)
  }

  draw(l = house.seen.get(this.name)) {
    this.pen.begin(l?.width, l?.height)
    l?.people.forEach(p => this.pen.person(p.keypoints, p.state))
    if (l?.width && l?.height) this.stage.style.aspectRatio = `${l.width} / ${l.height}`
  }

  tell(c) {
    if (!c) return
    const l = house.seen.get(this.name), [word, strength] = lost() ? ['no connection', 'warn'] : pill(c)
    put(this.pill, word)
    this.pill.className = `pill ${strength}`
    const stale = !l || performance.now() - l.came > old || lost() > 0
    this.stage.classList.toggle('old', stale)
    const age = (Date.parse(house.now.time) - Date.parse(c.last)) / 1000
    const why = c.blind || (!c.up ? 'the camera gives no picture' : stale && age > old / 1000 ? 'nothing new comes' : '')
    this.why.hidden = !why
    put(this.why, why ? `${why.charAt(0).toUpperCase()}${why.slice(1)}${age > 1 ? `, for ${ago(age)}` : ''}` : '')
    put(this.facts, why ? '' : `${people(c.people)} · score ${c.score.toFixed(2)} · ${Math.round(c.rate)} poses a second${{ away: ' · away: nobody is called', test: ' · test: all is a drill' }[c.mode] ?? ''}`)
    const label = `${this.name}: ${why || `${people(c.people)}, ${word}`}`
    if (this.canvas.getAttribute('aria-label') !== label) this.canvas.setAttribute('aria-label', label)
  }

  async drill() {
    if (!await ask(`Begin a drill in ${this.name}?`, 'A whole alarm: all who would be called are called, and told that it is a drill.', 'Yes, begin')) return
    try {
      await send('POST', `cameras/${part(this.name)}/drill`)
      this.fault.hidden = true
      say('The drill has begun.')
    } catch (e) {
      this.fault.hidden = false
      put(this.fault, e.message)
    }
  }
}
