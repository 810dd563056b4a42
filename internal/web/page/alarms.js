// The incidents that are not over, on top of every view, with the button to answer them.
import { may, part, send } from './api.js'
import { $, el, put, say } from './dom.js'
import { house } from './stream.js'
import { ago, state, time, title } from './words.js'

const boxes = new Map() // by incident

// acknowledge answers an incident, from wherever its button stands.
export async function acknowledge(id, button, fault) {
  button.disabled = true
  try {
    await send('POST', `incidents/${part(id)}/acknowledge`)
    say('You are on it. Nobody else is called.')
    fault.hidden = true
    return true
  } catch (e) {
    fault.hidden = false
    put(fault, e.message)
    button.disabled = false
    return false
  }
}

// showAlarms keeps what is there, so that a button does not move away under a finger.
export function showAlarms(now) {
  const there = new Set(now.incidents.map(i => i.id))
  for (const [id, box] of boxes) {
    if (there.has(id)) continue
    if (box.root.contains(document.activeElement)) $('main').focus({ preventScroll: true })
    box.root.remove()
    boxes.delete(id)
  }
  const news = []
  for (const i of now.incidents) {
    if (!boxes.has(i.id)) boxes.set(i.id, make(i))
    update(boxes.get(i.id), i, now, news)
  }
  if (news.length > 0) put($('told'), news.join('. '))
  order(now.incidents)
}

// order has what is urgent first, and moves no box that stands right.
function order(incidents) {
  const rank = i => i.urgent && i.kind === 'fall' ? 0 : i.urgent ? 1 : 2
  const wanted = [...incidents].sort((a, b) => rank(a) - rank(b)).map(i => boxes.get(i.id).root)
  wanted.forEach((root, n) => { if ($('alarms').children[n] !== root) $('alarms').insertBefore(root, $('alarms').children[n] ?? null) })
}

function make(i) {
  const id = `alarm-${i.id}`
  const box = {
    told: '', head: el('h2', { id }), what: el('p'), when: el('p', { class: 'soft' }), fault: el('p', { class: 'fault', role: 'alert', hidden: true }),
    answer: el('button', { type: 'button', class: 'alarm big', 'aria-describedby': id }, i.kind === 'fall' ? 'I’m on it' : 'I know'),
    look: el('a', { class: 'button big', href: `#/incident/${part(i.id)}`, 'aria-describedby': id }, 'What happened'),
  }
  box.answer.addEventListener('click', () => acknowledge(i.id, box.answer, box.fault))
  const strip = i.kind === 'fall' ? el('img', { src: `/api/v1/incidents/${part(i.id)}/strip.png`, alt: 'Skeletons of the fall, side by side', onerror: e => { e.target.hidden = true } }) : null
  box.root = el('article', { 'aria-labelledby': id }, el('div', {}, box.head, box.what, box.when), el('div', { class: 'act' }, box.answer, box.look), strip, box.fault)
  $('alarms').append(box.root)
  return box
}

function update(box, i, now, news) {
  const [text, strength] = state(i)
  put(box.head, title(i))
  put(box.what, what(i, text))
  put(box.when, `Since ${time(i.start)}, ${ago((Date.parse(now.time) - Date.parse(i.start)) / 1000)} ago`)
  box.root.className = `incident ${i.urgent && strength === 'alarm' ? 'urgent' : strength === 'warn' ? 'warn' : ''} ${location.hash === `#/incident/${part(i.id)}` ? 'here' : ''}`
  box.answer.hidden = i.state === 'acknowledged' || !may('acknowledge')
  box.answer.classList.toggle('alarm', i.urgent && i.kind === 'fall')
  const key = `${title(i)}: ${what(i, text)}`
  if (i.urgent && box.told !== key) news.push(key)
  box.told = key
}

function what(i, text) {
  const parts = []
  if (i.long_lie) parts.push('still lying')
  if (i.recovered) parts.push('up again')
  if (i.state === 'acknowledged' && parts.length === 0) return text
  if (i.state === 'acknowledged') parts.push(text)
  else if (i.kind === 'blind') parts.push(i.note)
  else if (i.urgent) parts.push(i.level > 0 ? `nobody has answered; ${i.level === 1 ? '1 contact has' : `${i.level} contacts have`} been called` : 'nobody has answered')
  else parts.push('not sure yet')
  const all = parts.filter(Boolean).join('; ')
  return all.charAt(0).toUpperCase() + all.slice(1)
}

export const openIncident = id => house.now?.incidents.find(i => i.id === id)
