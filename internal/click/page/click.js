// The page of falltrain click: a person places joints on frames, one after the other. What
// is placed is sent at once.
'use strict'

const $ = id => document.getElementById(id)
const canvas = $('picture'), pen = canvas.getContext('2d')
const colours = { left: '#ffb454', right: '#5cc8ff', middle: '#f5f5f5' }
const none = 0, hidden = 1, visible = 2 // COCO's v

let all = null          // what there is to do: frames, joints, bones
let at = 0              // the frame on show
let people = []         // of this frame; of each, per joint [x, y, v], or null where it is open
let skipped = 'unfinished'
let who = 0, joint = 0  // the person and the joint that come next; joint = all.joints.length: none is open
let past = []           // what undo goes back to
let picture = null, shown = true, bright = 0, veiled = false
let view = { scale: 1, x: 0, y: 0 } // canvas = picture * scale + (x, y), in CSS pixels
let cross = null        // where Space would place, in picture pixels
let sending = Promise.resolve()
const pictures = new Map()

const sideOf = name => name.startsWith('left_') ? 'left' : name.startsWith('right_') ? 'right' : 'middle'
const words = name => name.replace('_', ' ')
const blank = () => all.joints.map(() => null)
const isWhole = p => p.every(j => j !== null)
const clamp = (v, least, most) => Math.min(Math.max(v, least), most)

function complain(text) {
  $('fault').textContent = text
  $('fault').hidden = !text
}

async function ask(path, options) {
  let answer
  try {
    answer = await fetch(path, options)
  } catch {
    throw new Error('falltrain does not answer: it has ended, or was stopped. What was placed before is in the file.')
  }
  if (!answer.ok) throw new Error((await answer.text()).trim())
  return answer
}

// fetchPicture keeps the pictures that are near, since the browser may not store them.
function fetchPicture(n) {
  if (!pictures.has(n)) {
    const image = new Image()
    image.src = `picture/${n}`
    pictures.set(n, image.decode().then(() => image))
    pictures.get(n).catch(() => pictures.delete(n))
  }
  for (const k of pictures.keys()) if (Math.abs(k - n) > 3) pictures.delete(k)
  return pictures.get(n)
}

async function show(n) {
  at = clamp(n, 0, all.frames.length - 1)
  const mine = at
  picture = null
  people = [blank()]
  who = joint = 0
  past = []
  skipped = 'unfinished'
  complain('')
  tell()
  draw()
  try {
    await sending
    const answer = await (await ask(`frame/${mine}`)).json()
    const image = await fetchPicture(mine).catch(async () => {
      await ask(`picture/${mine}`) // says why
      throw new Error('the picture cannot be shown')
    })
    if (mine !== at) return
    take(answer)
    picture = image
    cross = [image.naturalWidth / 2, image.naturalHeight / 2]
    fit()
  } catch (e) {
    if (mine !== at) return
    all.frames[mine].status = 'broken'
    complain(e.message)
  }
  tell()
  canvas.focus({ preventScroll: true })
  if (picture && at + 1 < all.frames.length) fetchPicture(at + 1).catch(() => {})
}

// take brings what is kept of a frame onto the page. Joints after the last one that was
// placed are open where the frame is not finished.
function take(answer) {
  skipped = answer.skipped
  people = answer.people.map(points => {
    const last = points.findLastIndex(p => p[2] > 0)
    return points.map((p, i) => skipped === 'unfinished' && i > last ? null : p)
  })
  if (people.length === 0) people = [blank()]
  who = Math.max(0, people.findIndex(p => !isWhole(p)))
  joint = open()
}

const open = () => {
  const i = people[who].indexOf(null)
  return i < 0 ? all.joints.length : i
}

// change does something that can be undone, and sends what came of it.
function change(what) {
  if (!picture) return
  past.push(JSON.stringify({ people, who, joint, skipped }))
  skipped = 'unfinished'
  what()
  send()
}

function undo() {
  if (past.length === 0) return
  ({ people, who, joint, skipped } = JSON.parse(past.pop()))
  send()
}

function send() {
  const n = at, as = skipped
  const body = JSON.stringify({ skipped, people: people.map(p => p.map(j => j ?? [0, 0, none])).filter(p => p.some(j => j[2] > 0)) })
  const empty = as === 'unfinished' && !people.flat().some(j => j && j[2] > 0)
  all.frames[n].status = as === '' ? 'done' : empty ? 'todo' : as
  tell()
  draw()
  sending = sending.then(() => ask(`frame/${n}`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body }))
    .then(() => true, e => {
      complain(e.message)
      return false
    })
  return sending
}

function put(x, y, v) {
  if (!picture || joint >= all.joints.length) return
  change(() => {
    people[who][joint] = [round(clamp(x, 0, picture.naturalWidth)), round(clamp(y, 0, picture.naturalHeight)), v]
    joint = open()
    veiled = false
  })
}

const round = v => Math.round(v * 100) / 100
const seen = shift => shift || veiled ? hidden : visible

function absent(rest) {
  if (joint >= all.joints.length) return
  change(() => {
    if (rest) people[who] = people[who].map(j => j ?? [0, 0, none])
    else people[who][joint] = [0, 0, none]
    joint = open()
  })
}

function addPerson() {
  if (!people.some(p => p.every(j => j === null))) change(() => people.push(blank()))
  who = people.findIndex(p => p.every(j => j === null))
  joint = 0
  tell()
  draw()
}

function dropPerson() {
  change(() => {
    people.splice(who, 1)
    if (people.length === 0) people.push(blank())
    who = Math.min(who, people.length - 1)
    joint = open()
  })
}

// Somebody of whom nothing was placed does not count.
const placed = () => people.filter(p => p.some(j => j !== null))
const mayEnd = () => picture && placed().length > 0 && placed().every(isWhole) && placed().some(p => p.some(j => j[2] > 0))

async function finish(reason) {
  if (!picture || (reason === '' && !mayEnd())) return
  if (reason !== '' && placed().length > 0) return complain('Joints are placed here: undo them before you skip the frame.')
  past.push(JSON.stringify({ people, who, joint, skipped }))
  skipped = reason
  const n = at
  if (await send() && n === at) goOn()
}

// goOn goes to the next frame that needs work, from here on and then from the start.
function goOn() {
  const order = all.frames.map((_, i) => (at + 1 + i) % all.frames.length)
  const next = order.find(i => ['todo', 'unfinished'].includes(all.frames[i].status))
  if (next === undefined) {
    tell()
    $('button-end').focus()
  } else show(next)
}

async function end() {
  try {
    await sending
    await ask('end', { method: 'POST' })
    picture = null
    draw()
    for (const b of document.querySelectorAll('button')) b.disabled = true
    $('next').textContent = 'Everything is saved. You can close this page.'
  } catch (e) {
    complain(e.message)
  }
}

// What can be done: label, key, what it does, whether it can be done now.
const actions = [
  { id: 'done', text: 'Done, next frame', key: 'Enter', run: () => finish(''), may: mayEnd },
  { id: 'hidden', text: 'Hidden, guessed', key: 'h', run: () => { veiled = !veiled; tell(); draw() }, on: () => veiled },
  { id: 'absent', text: 'Not in the picture', key: 'x', run: () => absent(false), may: () => picture && joint < all.joints.length },
  { id: 'rest', text: 'All the rest not', key: 'X', run: () => absent(true), may: () => picture && joint < all.joints.length },
  { id: 'undo', text: 'Undo', key: 'z', run: undo, may: () => past.length > 0 },
  { id: 'add', text: 'Add person', key: 'a', run: addPerson, may: () => picture },
  { id: 'drop', text: 'Remove person', key: 'Delete', run: dropPerson, may: () => picture && placed().length > 0 },
  { id: 'nobody', text: 'Nobody there', key: 'n', run: () => finish('nobody'), may: () => picture },
  { id: 'unclear', text: 'One cannot tell', key: 'u', run: () => finish('unclear'), may: () => picture },
  { id: 'before', text: 'Previous', key: 'PageUp', run: () => show(at - 1), may: () => at > 0 },
  { id: 'after', text: 'Next', key: 'PageDown', run: () => show(at + 1), may: () => at + 1 < all.frames.length },
  { id: 'fit', text: 'Whole picture', key: '0', run: fit, may: () => picture },
  { id: 'bright', text: 'Brighter', key: 'b', run: () => { bright = (bright + 1) % 3; tell(); draw() }, on: () => bright > 0 },
  { id: 'marks', text: 'Hide marks', key: 'm', run: () => { shown = !shown; tell(); draw() }, on: () => !shown },
  { id: 'end', text: 'End', key: '', run: end },
]
const keyNames = { PageUp: 'Page↑', PageDown: 'Page↓', X: '⇧X', Delete: 'Del' }

function make(tag, properties, ...children) {
  const e = Object.assign(document.createElement(tag), properties)
  e.append(...children)
  return e
}

function buildButtons() {
  for (const a of actions) {
    const b = make('button', { id: 'button-' + a.id, type: 'button', onclick: () => { a.run(); if (a.id !== 'end' && a.id !== 'done') canvas.focus({ preventScroll: true }) } }, a.text)
    if (a.key) b.append(make('kbd', {}, keyNames[a.key] ?? a.key.toUpperCase()))
    if (a.id === 'done') b.className = 'main'
    $('buttons').append(b)
  }
}

// Where the joints of the small drawing are: a person who looks at you, so that the own left
// is on your right.
const figure = [[60, 22], [66, 14], [54, 14], [75, 18], [45, 18], [76, 42], [44, 42], [86, 64], [34, 64], [93, 85], [27, 85], [70, 86], [50, 86], [72, 114], [48, 114], [73, 140], [47, 140]]

function svg(tag, attributes) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
  return e
}

function buildBody() {
  for (const [a, b] of all.bones) $('body').append(svg('line', { x1: figure[a][0], y1: figure[a][1], x2: figure[b][0], y2: figure[b][1] }))
  figure.forEach(([x, y], i) => $('body').append(svg('circle', { cx: x, cy: y, r: i < 5 ? 3.2 : 4, class: sideOf(all.joints[i]), 'data-joint': i })))
  for (const [x, text] of [[104, 'left'], [16, 'right']]) {
    const t = svg('text', { x, y: 106, class: text })
    t.textContent = text
    $('body').append(t)
  }
}

// tell brings everything but the picture up to date.
function tell() {
  const frames = all.frames, f = frames[at]
  const open = frames.filter(x => ['todo', 'unfinished'].includes(x.status)).length
  $('progress').textContent = `${frames.length - open} of ${frames.length} frames done`
  $('bar').max = frames.length
  $('bar').value = frames.length - open
  const status = { todo: '', unfinished: ', not finished', done: ', done', nobody: ', skipped: nobody there', unclear: ', skipped: one cannot tell', broken: ', no picture' }[f.status]
  $('where').textContent = `Frame ${at + 1}: ${f.dataset}, ${f.clip}, number ${f.frame}${f.state ? `, ${f.state}` : ''}${status}`
  const name = all.joints[joint]
  if (open === 0 && f.status !== 'unfinished') $('next').textContent = 'All frames are done.'
  else if (!picture) $('next').textContent = f.status === 'broken' ? 'Go on to the next frame.' : 'Loading …'
  else $('next').textContent = name ? words(name) + (veiled ? ' (hidden)' : '') : 'This person is whole.'
  $('next').className = name && picture ? sideOf(name) : ''
  for (const c of document.querySelectorAll('#body circle')) c.classList.toggle('next', Number(c.dataset.joint) === joint)
  tellPeople()
  tellJoints()
  for (const a of actions) {
    const b = $('button-' + a.id)
    b.disabled = a.may ? !a.may() : false
    if (a.on) b.setAttribute('aria-pressed', a.on())
  }
}

function tellPeople() {
  $('people').replaceChildren(...people.map((p, i) => {
    const b = make('button', { type: 'button', onclick: () => { who = i; joint = open(); tell(); draw() } }, `Person ${i + 1}${isWhole(p) ? ' ✓' : ''}`)
    b.setAttribute('aria-pressed', i === who)
    return b
  }))
}

function tellJoints() {
  $('joints').replaceChildren(...all.joints.map((name, i) => {
    const j = people[who][i]
    const b = make('button', { type: 'button', className: sideOf(name), onclick: () => { joint = i; tell(); draw(); canvas.focus({ preventScroll: true }) } },
      words(name), make('span', {}, j === null ? '' : ['not there', 'hidden', '✓'][j[2]]))
    b.disabled = !picture
    if (i === joint) b.setAttribute('aria-current', 'step')
    return make('li', {}, b)
  }))
}

function fit() {
  if (!picture) return
  const w = canvas.clientWidth, h = canvas.clientHeight
  const scale = Math.min(w / picture.naturalWidth, h / picture.naturalHeight)
  view = { scale, x: (w - scale * picture.naturalWidth) / 2, y: (h - scale * picture.naturalHeight) / 2 }
  draw()
}

function zoom(by, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  if (!picture) return
  const scale = clamp(view.scale * by, 0.2, 60), k = scale / view.scale
  view = { scale, x: x - k * (x - view.x), y: y - k * (y - view.y) }
  draw()
}

function draw() {
  const ratio = window.devicePixelRatio || 1
  canvas.width = Math.round(canvas.clientWidth * ratio)
  canvas.height = Math.round(canvas.clientHeight * ratio)
  canvas.dataset.view = picture ? `${view.scale} ${view.x} ${view.y}` : '' // for who drives the page by program
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  if (!picture) return
  pen.imageSmoothingQuality = 'high'
  pen.filter = ['none', 'brightness(2)', 'brightness(4)'][bright]
  pen.drawImage(picture, view.x, view.y, view.scale * picture.naturalWidth, view.scale * picture.naturalHeight)
  pen.filter = 'none'
  if (shown) people.forEach((p, i) => drawPerson(p, i === who))
  if (document.activeElement === canvas && cross) drawCross()
}

const onCanvas = p => [view.scale * p[0] + view.x, view.scale * p[1] + view.y]

function drawPerson(p, active) {
  pen.globalAlpha = active ? 1 : 0.45
  pen.lineWidth = 1.5
  pen.strokeStyle = '#ffffff88'
  for (const [a, b] of all.bones) {
    if (!p[a] || !p[b] || p[a][2] === none || p[b][2] === none) continue
    pen.beginPath()
    pen.moveTo(...onCanvas(p[a]))
    pen.lineTo(...onCanvas(p[b]))
    pen.stroke()
  }
  p.forEach((j, i) => {
    if (!j || j[2] === none) return
    pen.beginPath()
    pen.arc(...onCanvas(j), 4, 0, 7)
    pen.strokeStyle = pen.fillStyle = colours[sideOf(all.joints[i])]
    if (j[2] === visible) pen.fill()
    pen.lineWidth = active && i === joint ? 3.5 : 1.5
    if (j[2] === visible) pen.strokeStyle = '#000'
    pen.stroke()
  })
  pen.globalAlpha = 1
}

function drawCross() {
  const [x, y] = onCanvas(cross)
  pen.lineWidth = 1
  pen.strokeStyle = '#ff5d8f'
  pen.beginPath()
  for (const [dx, dy] of [[1, 0], [0, 1]]) {
    pen.moveTo(x - 12 * dx, y - 12 * dy)
    pen.lineTo(x - 3 * dx, y - 3 * dy)
    pen.moveTo(x + 3 * dx, y + 3 * dy)
    pen.lineTo(x + 12 * dx, y + 12 * dy)
  }
  pen.stroke()
}

function nudge(dx, dy) {
  if (!picture) return
  cross = [clamp(cross[0] + dx, 0, picture.naturalWidth), clamp(cross[1] + dy, 0, picture.naturalHeight)]
  draw()
}

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

function onKey(e) {
  if (e.ctrlKey || e.metaKey || e.altKey) return
  const onButton = e.target instanceof HTMLButtonElement
  if (onButton && (e.key === 'Enter' || e.key === ' ' || arrows[e.key])) return
  const action = actions.find(a => a.key && (a.key === e.key || a.key === e.key.toLowerCase() && !e.shiftKey))
  if (arrows[e.key]) {
    const step = e.shiftKey ? 10 : Math.min(1, 4 / view.scale)
    nudge(arrows[e.key][0] * step, arrows[e.key][1] * step)
  } else if (e.key === ' ') {
    if (cross) put(cross[0], cross[1], seen(e.shiftKey))
  } else if (e.key === '+' || e.key === '=') zoom(1.25)
  else if (e.key === '-') zoom(0.8)
  else if (action) {
    if (action.may && !action.may()) return
    action.run()
  } else return
  e.preventDefault()
}

// A press that moves pans; one that does not places.
let press = null

function onDown(e) {
  if (e.button > 1 || !picture) return
  press = { x: e.offsetX, y: e.offsetY, view, moved: false, pans: e.button === 1 }
  canvas.setPointerCapture(e.pointerId)
}

function onMove(e) {
  if (!press) return
  const dx = e.offsetX - press.x, dy = e.offsetY - press.y
  if (Math.hypot(dx, dy) > 4) press.moved = true
  if (press.moved) {
    view = { ...press.view, x: press.view.x + dx, y: press.view.y + dy }
    draw()
  }
}

function onUp(e) {
  const p = press
  press = null
  if (!p || p.moved || p.pans || !picture) return
  const x = (p.x - view.x) / view.scale, y = (p.y - view.y) / view.scale
  if (x < 0 || y < 0 || x > picture.naturalWidth || y > picture.naturalHeight) return
  cross = [x, y]
  put(x, y, seen(e.shiftKey))
}

async function start() {
  try {
    all = await (await ask('state')).json()
  } catch (e) {
    return complain(e.message)
  }
  buildButtons()
  buildBody()
  document.addEventListener('keydown', onKey)
  canvas.addEventListener('pointerdown', onDown)
  canvas.addEventListener('pointermove', onMove)
  canvas.addEventListener('pointerup', onUp)
  canvas.addEventListener('pointercancel', () => { press = null })
  canvas.addEventListener('focus', draw)
  canvas.addEventListener('blur', draw)
  canvas.addEventListener('wheel', e => {
    e.preventDefault()
    zoom(Math.exp(-e.deltaY / 400), e.offsetX, e.offsetY)
  }, { passive: false })
  new ResizeObserver(fit).observe(canvas)
  const first = all.frames.findIndex(f => ['todo', 'unfinished'].includes(f.status))
  show(Math.max(0, first))
}

start()
