// Draws zones onto what a camera sees: with the mouse, a finger, or the keyboard alone.
import { get, may, part, send } from './api.js'
import { choice, el, field, put, say, svg } from './dom.js'
import { feet, Pen } from './draw.js'
import { house, listen } from './stream.js'

const kinds = [['lying_allowed', 'lying is allowed (bed, sofa)'], ['ignore', 'nobody is looked for (mirror, screen)']]
const step = 0.01, leap = 0.05 // of the picture, by the arrow keys
const near = 22                // px: a click so close to the first corner ends the zone, or takes hold of one
const mostTrail = 400
const trails = new Map()       // by camera: where people stood since the page was opened

listen((what, l) => {
  if (what !== 'live') return
  const trail = trails.get(l.camera) ?? trails.set(l.camera, []).get(l.camera)
  for (const p of l.people) {
    const spot = feet(p.keypoints), last = trail.at(-1)
    if (spot && !(last && Math.hypot(spot[0] - last[0], spot[1] - last[1]) < 8)) trail.push(spot)
  }
  if (trail.length > mostTrail) trail.splice(0, trail.length - mostTrail)
})

export default async function zones(root, camera) {
  const names = house.now?.cameras.map(c => c.name) ?? (await get('cameras')).cameras.map(c => c.name)
  if (names.length === 0) throw new Error('There is no camera yet.')
  camera ||= names[0]
  const editor = new Editor(camera, (await get(`cameras/${part(camera)}/zones`)).zones)
  root.append(el('h1', {}, `Zones of ${camera}`))
  if (names.length > 1) root.append(field('Camera', choice('camera', names.map(n => [n, n]), camera, { onchange: e => { location.hash = `#/zones/${part(e.target.value)}` } })))
  root.append(el('p', { class: 'soft' }, 'Where somebody may lie without an alarm, and where nobody is to be looked for. Falling out of a bed is still a fall.'), editor.root)
  editor.draw()
  return editor.live()
}

class Editor {
  constructor(camera, kept) {
    this.camera = camera
    this.zones = kept
    this.kept = JSON.stringify(kept)
    this.drawing = null // the corners of a new zone
    this.chosen = -1
    this.cross = [0.5, 0.5]
    this.build()
    this.fields()
  }

  build() {
    this.canvas = el('canvas', { 'aria-hidden': 'true' })
    this.overlay = svg('svg', { preserveAspectRatio: 'none', 'aria-hidden': 'true' })
    this.stage = el('div', {
      class: 'stage edit', tabindex: 0, role: 'application', 'aria-label': `Picture of ${this.camera}`, 'aria-describedby': 'zone-keys',
      onkeydown: e => this.key(e), onpointerdown: e => this.down(e), onfocus: () => this.draw(), onblur: () => this.draw(),
    }, this.canvas, this.overlay)
    this.pen = new Pen(this.canvas)
    this.fault = el('p', { class: 'fault', role: 'alert', hidden: true })
    this.list = el('div')
    this.begin = el('button', { type: 'button', disabled: !may('admin'), onclick: () => this.start() }, 'New zone')
    this.save = el('button', { type: 'button', class: 'main', disabled: true, onclick: () => this.keep() }, 'Save')
    this.undo = el('button', { type: 'button', hidden: true, onclick: () => this.back() }, 'Discard')
    const keys = el('details', { class: 'small' }, el('summary', {}, 'How to draw'), el('p', { class: 'soft', id: 'zone-keys' },
      'New zone, then click or tap its corners one by one, and the first one again to end. Or without a mouse: arrow keys move the cross (with Shift: far), ',
      el('kbd', {}, 'Space'), ' places a corner, ', el('kbd', {}, 'Backspace'), ' takes it back, ', el('kbd', {}, 'Enter'), ' ends the zone, ', el('kbd', {}, 'Escape'), ' gives it up. Corners can be dragged, and written as numbers.'))
    this.root = el('div', { class: 'two' }, el('div', {}, this.stage, keys), el('div', {}, el('p', { class: 'row' }, this.begin, this.save, this.undo), this.fault, this.list))
  }

  // live shows who is there while one draws.
  live() {
    const show = (what, l) => { if (what === 'live' && l.camera === this.camera) this.people() }
    const resize = () => this.draw(), stay = e => { if (this.dirty()) e.preventDefault() }
    addEventListener('resize', resize)
    addEventListener('beforeunload', stay)
    const end = listen(show)
    return () => {
      end()
      removeEventListener('resize', resize)
      removeEventListener('beforeunload', stay)
    }
  }

  people() {
    const l = house.seen.get(this.camera)
    if (l?.width && l?.height) this.stage.style.aspectRatio = `${l.width} / ${l.height}`
    this.pen.begin(l?.width, l?.height)
    this.pen.trail(trails.get(this.camera) ?? [])
    l?.people.forEach(p => this.pen.person(p.keypoints))
  }

  dirty() { return JSON.stringify(this.zones) !== this.kept }

  draw() {
    this.people()
    const { clientWidth: w, clientHeight: h } = this.stage
    this.overlay.setAttribute('viewBox', `0 0 ${w} ${h}`)
    const at = p => [p[0] * w, p[1] * h], join = points => points.map(p => at(p).map(v => v.toFixed(1)).join(',')).join(' ')
    const dot = (p, name, data) => svg('circle', { cx: at(p)[0], cy: at(p)[1], r: 8, class: name, ...data })
    const all = this.zones.flatMap((z, n) => {
      const [x, y] = at(middle(z.points))
      return [svg('polygon', { points: join(z.points), class: `${z.kind} ${n === this.chosen ? 'chosen' : ''}`, 'data-zone': n }),
        svg('text', { x, y, 'text-anchor': 'middle' }, z.name), ...(n === this.chosen ? z.points.map(p => dot(p, '', { 'data-zone': n })) : [])]
    })
    if (this.drawing) all.push(svg('polyline', { points: join([...this.drawing, this.cross]) }), ...this.drawing.map(p => dot(p, 'open', {})))
    if (this.drawing || document.activeElement === this.stage) {
      const [x, y] = at(this.cross)
      all.push(svg('line', { class: 'cross', x1: x - 14, x2: x + 14, y1: y, y2: y }), svg('line', { class: 'cross', x1: x, x2: x, y1: y - 14, y2: y + 14 }))
    }
    this.overlay.replaceChildren(...all)
    this.save.disabled = !this.dirty() || this.drawing !== null || !may('admin')
    this.undo.hidden = !this.dirty()
    put(this.begin, this.drawing ? 'Give up this zone' : 'New zone')
  }

  start() {
    this.drawing = this.drawing ? null : []
    if (this.drawing) {
      this.chosen = -1
      say('Place the corners. The cross is in the middle.')
      this.cross = [0.5, 0.5]
      this.stage.focus()
      this.fields()
    }
    this.draw()
  }

  key(e) {
    if (e.target !== this.stage || e.ctrlKey || e.metaKey || e.altKey) return
    const far = e.shiftKey ? leap : step
    const moves = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] }
    const acts = { ' ': () => this.place(this.cross), Enter: () => this.finish(), Backspace: () => this.takeBack(), Escape: () => this.giveUp() }
    if (moves[e.key]) {
      this.cross = [inside(this.cross[0] + moves[e.key][0]), inside(this.cross[1] + moves[e.key][1])]
      say(spoken(this.cross))
    } else if (acts[e.key]) acts[e.key]()
    else return
    e.preventDefault()
    this.draw()
  }

  place(p) {
    if (!may('admin')) return
    this.drawing ??= []
    if (this.drawing.length >= 3 && this.apart(p, this.drawing[0]) < near) return this.finish()
    this.drawing.push([...p])
    say(`Corner ${this.drawing.length}: ${spoken(p)}`)
  }

  // apart is how far two places are from each other on the screen, in px.
  apart(p, q) {
    const { clientWidth: w, clientHeight: h } = this.stage
    return Math.hypot((p[0] - q[0]) * w, (p[1] - q[1]) * h)
  }

  takeBack() {
    if (!this.drawing?.length) return
    this.drawing.pop()
    say(`${this.drawing.length} corners`)
  }

  giveUp() {
    if (this.drawing) say('The zone is given up.')
    this.drawing = null
  }

  finish() {
    if (!this.drawing) return
    if (this.drawing.length < 3) return say('A zone has three corners or more.')
    let n = this.zones.length + 1
    while (this.zones.some(z => z.name === `Zone ${n}`)) n++
    this.zones.push({ name: `Zone ${n}`, kind: 'lying_allowed', points: this.drawing })
    this.drawing = null
    this.chosen = this.zones.length - 1
    this.fields()
    this.draw()
    this.list.querySelector('fieldset.chosen input')?.select()
    say(`Zone ${n} is drawn: name it, and save.`)
  }

  spot(e) {
    const b = this.stage.getBoundingClientRect()
    return [inside((e.clientX - b.left) / b.width), inside((e.clientY - b.top) / b.height)]
  }

  down(e) {
    if (!may('admin') || e.button !== 0) return
    const { zone } = e.target.dataset ?? {}
    this.cross = this.spot(e)
    const corner = (this.zones[this.chosen]?.points ?? []).findIndex(p => this.apart(p, this.cross) < near)
    if (this.drawing) this.place(this.cross)
    else if (corner >= 0) this.drag(e, this.chosen, corner)
    else if (zone !== undefined) this.choose(Number(zone))
    this.draw()
  }

  drag(e, zone, corner) {
    this.stage.setPointerCapture(e.pointerId)
    const move = m => {
      this.zones[zone].points[corner] = this.spot(m)
      this.draw()
    }
    const end = () => {
      this.stage.removeEventListener('pointermove', move)
      this.fields()
    }
    this.stage.addEventListener('pointermove', move)
    this.stage.addEventListener('pointerup', end, { once: true })
  }

  choose(n) {
    if (this.chosen === n) return
    this.chosen = n
    this.list.querySelectorAll('fieldset').forEach((f, k) => f.classList.toggle('chosen', k === n))
    this.draw()
  }

  // fields are the zones once more, to be named, and to be changed without a picture.
  fields() {
    this.list.replaceChildren(...this.zones.map((z, n) => {
      const off = !may('admin')
      const name = el('input', { value: z.name, maxlength: 60, disabled: off, oninput: e => { z.name = e.target.value.trim(); this.draw() } })
      const kind = choice('kind', kinds, z.kind, { disabled: off, onchange: e => { z.kind = e.target.value; this.draw() } })
      const remove = el('button', { type: 'button', disabled: off, 'aria-label': `Remove ${z.name}`, onclick: () => this.remove(n) }, 'Remove')
      return el('fieldset', { class: n === this.chosen ? 'chosen' : '', onfocusin: () => this.choose(n) }, el('legend', {}, `Zone ${n + 1}`),
        field('Name', name), field('Kind', kind), el('details', {}, el('summary', {}, `${z.points.length} corners`), this.corners(z, off)), remove)
    }))
    if (this.zones.length === 0) this.list.append(el('p', { class: 'soft' }, 'There is none yet.'))
  }

  corners(z, off) {
    const number = (p, k, i) => el('input', {
      type: 'number', min: 0, max: 100, step: 0.1, value: (100 * p[i]).toFixed(1), disabled: off,
      'aria-label': `Corner ${k + 1}, % from ${i === 0 ? 'the left' : 'the top'}`,
      oninput: e => { if (e.target.value !== '' && e.target.checkValidity()) { z.points[k][i] = Number(e.target.value) / 100; this.draw() } },
    })
    return el('div', { class: 'corners' }, el('span'), el('span', { class: 'soft small' }, '% from left'), el('span', { class: 'soft small' }, '% from top'), el('span'),
      z.points.flatMap((p, k) => [el('span', { class: 'soft' }, k + 1), number(p, k, 0), number(p, k, 1),
        el('button', { type: 'button', disabled: off || z.points.length <= 3, 'aria-label': `Remove corner ${k + 1}`, onclick: () => { z.points.splice(k, 1); this.fields(); this.draw() } }, '×')]))
  }

  remove(n) {
    say(`${this.zones[n].name} is removed; save to keep that.`)
    this.zones.splice(n, 1)
    this.chosen = -1
    this.fields()
    this.draw()
    this.begin.focus()
  }

  back() {
    this.zones = JSON.parse(this.kept)
    this.chosen = -1
    this.drawing = null
    this.fault.hidden = true
    this.fields()
    this.draw()
    this.begin.focus()
  }

  async keep() {
    try {
      const zones = this.zones.map(z => ({ ...z, points: z.points.map(p => p.map(v => Math.round(v * 1e4) / 1e4)) }))
      await send('PUT', `cameras/${part(this.camera)}/zones`, { zones })
      this.kept = JSON.stringify(this.zones)
      this.fault.hidden = true
      say('The zones are saved.')
      this.draw()
      this.begin.focus()
    } catch (e) {
      this.fault.hidden = false
      put(this.fault, e.message)
    }
  }
}

const inside = v => Math.min(1, Math.max(0, Math.round(v * 1e4) / 1e4))
const spoken = p => `${Math.round(100 * p[0])} % from the left, ${Math.round(100 * p[1])} % from the top`
const middle = points => [0, 1].map(i => points.reduce((s, p) => s + p[i], 0) / points.length)
