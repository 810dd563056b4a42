// Plays the poses of an incident, with the score beside it.
import { el, put, svg } from './dom.js'
import { Pen } from './draw.js'

const names = { suspected: 'suspected', confirmed: 'confirmed', recovered: 'up again', long_lie: 'still lying' }
const size = { w: innerWidth < 600 ? 370 : 640, h: 150, left: 34, right: 12, top: 20, bottom: 26 }

export class Replay {
  constructor(evidence, incident) {
    this.canvas = el('canvas', { role: 'img', 'aria-label': 'The skeleton of the person, moving' })
    this.stage = el('div', { class: 'stage' }, this.canvas)
    this.pen = new Pen(this.canvas)
    this.button = el('button', { type: 'button', class: 'main', onclick: () => this.timer ? this.stop() : this.play() }, 'Play')
    this.slide = el('input', { type: 'range', min: 0, step: 1, 'aria-label': 'Time of the replay', oninput: () => { this.stop(); this.show(Number(this.slide.value)) } })
    this.text = el('p', { class: 'facts' })
    this.curve = el('div')
    this.turn(evidence, incident)
    this.root = el('figure', {}, this.stage, el('div', { class: 'row' }, this.button, el('div', { class: 'grow' }, this.slide)), this.text, this.curve,
      el('figcaption', {}, 'The score says how much this looks like a fall, from 0 to 1. Seconds are counted from where it rose.'))
    this.resize = () => this.show(this.at)
    addEventListener('resize', this.resize)
  }

  // turn takes up what another camera has seen.
  turn(evidence, incident) {
    this.stop()
    this.e = evidence
    this.at = 0
    this.stage.style.aspectRatio = evidence.width && evidence.height ? `${evidence.width} / ${evidence.height}` : ''
    this.slide.max = Math.max(0, evidence.times.length - 1)
    this.curve.replaceChildren(curve(evidence, incident))
    this.now = this.curve.querySelector('.now')
  }

  // begin plays once by itself, unless the person wants things to lie still.
  begin() {
    const { times } = this.e
    const first = times.findIndex(t => t >= -2)
    this.show(Math.max(0, first))
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) this.play()
  }

  play() {
    const { times } = this.e
    if (times.length === 0) return
    if (this.at >= times.length - 1) this.show(0)
    put(this.button, 'Pause')
    const from = performance.now() - 1000 * (times[this.at] - times[0])
    const step = () => {
      if (!this.root.isConnected) return this.stop()
      const t = times[0] + (performance.now() - from) / 1000
      let n = this.at
      while (n + 1 < times.length && times[n + 1] <= t) n++
      if (n !== this.at) this.show(n)
      if (n === times.length - 1) return this.stop()
      this.timer = requestAnimationFrame(step)
    }
    this.timer = requestAnimationFrame(step)
  }

  stop() {
    cancelAnimationFrame(this.timer)
    this.timer = 0
    put(this.button, 'Play')
    if (this.root && !this.root.isConnected) removeEventListener('resize', this.resize)
  }

  show(n) {
    const { e } = this
    this.at = n
    this.slide.value = n
    this.pen.begin(e.width, e.height)
    if (e.poses[n]) this.pen.person(e.poses[n])
    const t = e.times[n] ?? 0, score = e.scores[n]
    const text = `${t < 0 ? '−' : '+'}${Math.abs(t).toFixed(1)} s · ${score === null || score === undefined ? 'no score' : `score ${score.toFixed(2)}`}${e.poses[n] ? '' : ' · not seen'}`
    put(this.text, text)
    this.slide.setAttribute('aria-valuetext', text)
    const x = place(e)(t)
    this.now.setAttribute('x1', x)
    this.now.setAttribute('x2', x)
  }
}

// place gives where a time lies on the curve.
function place(e) {
  const from = e.times[0] ?? 0, to = e.times.at(-1) ?? 1
  return t => size.left + (t - from) / ((to - from) || 1) * (size.w - size.left - size.right)
}

function curve(e, incident) {
  const x = place(e), y = v => size.top + (1 - v) * (size.h - size.top - size.bottom)
  const runs = [[]]
  e.scores.forEach((s, i) => s === null ? runs.push([]) : runs.at(-1).push(`${x(e.times[i]).toFixed(1)},${y(s).toFixed(1)}`))
  const known = e.scores.filter(s => s !== null), most = known.length ? Math.max(...known).toFixed(2) : 'none'
  const marks = incident.reports.filter(r => names[r.kind]).map(r => ({ t: (Date.parse(r.time) - Date.parse(incident.start)) / 1000, text: names[r.kind] }))
    .filter(m => m.t >= e.times[0] && m.t <= e.times.at(-1))
  const seconds = []
  const from = e.times[0] ?? 0, to = e.times.at(-1) ?? 0, step = to - from > 8 ? 5 : 1
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) seconds.push(t)
  return svg('svg', { class: 'curve', viewBox: `0 0 ${size.w} ${size.h}`, role: 'img', 'aria-label': `The score over time; the highest is ${most}${marks.map(m => `; ${m.text} at ${m.t.toFixed(1)} s`).join('')}` },
    [0, 0.5, 1].flatMap(v => [svg('line', { class: 'axis', x1: size.left, x2: size.w - size.right, y1: y(v), y2: y(v) }), svg('text', { x: size.left - 6, y: y(v) + 4, 'text-anchor': 'end' }, v)]),
    seconds.map(t => svg('text', { x: x(t), y: size.h - 6, 'text-anchor': x(t) > size.w - 40 ? 'end' : 'middle' }, `${t < 0 ? '−' : ''}${Math.abs(t)} s`)),
    marks.flatMap((m, n) => [svg('line', { class: 'mark', x1: x(m.t), x2: x(m.t), y1: size.top, y2: y(0) }),
      svg('text', { class: 'marktext', x: x(m.t) + (n % 2 ? 5 : -5), y: size.top - 6, 'text-anchor': n % 2 ? 'start' : 'end' }, m.text)]),
    runs.filter(r => r.length > 1).map(r => svg('polyline', { class: 'score', points: r.join(' ') })),
    svg('line', { class: 'now', x1: x(0), x2: x(0), y1: size.top, y2: y(0) }))
}
