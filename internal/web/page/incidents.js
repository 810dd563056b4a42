// What has happened: the list, and one incident with its replay.
import { get, may, part, send } from './api.js'
import { acknowledge } from './alarms.js'
import { el, put, say } from './dom.js'
import { Replay } from './replay.js'
import { house, listen } from './stream.js'
import { date, report, state, time, title, verdicts } from './words.js'

const page = 30
const settled = 20 // s after its start all poses of a fall are kept

export async function incidents(root) {
  const list = el('ul', { class: 'list' }), more = el('button', { type: 'button', hidden: true }, 'Older'), none = el('p', { class: 'soft', hidden: true }, 'Nothing has happened yet.'), bad = el('p', { class: 'hint', hidden: true })
  const add = async before => {
    const { incidents: found, fault } = await get(`incidents?limit=${page}${before ? `&before=${part(before)}` : ''}`)
    list.append(...found.map(row))
    if (fault) put(bad, `Not all can be read: ${fault}`)
    bad.hidden = !bad.textContent
    more.hidden = found.length < page
    none.hidden = list.childElementCount > 0
    return found.at(-1)?.id
  }
  let last = await add('')
  more.addEventListener('click', async () => {
    const first = list.childElementCount
    last = await add(last) ?? last
    list.children[first]?.querySelector('a').focus()
  })
  root.append(el('h1', {}, 'Incidents'), bad, none, list, el('p', {}, more))
}

function row(i) {
  const [word, strength] = state(i)
  return el('li', {}, el('a', { href: `#/incident/${part(i.id)}` },
    el('span', { class: 'what' }, title(i)), el('span', { class: 'when' }, date(i.start)),
    el('span', { class: 'pills' }, el('span', { class: `pill ${strength}` }, word), i.verdict ? el('span', { class: 'pill' }, verdicts[i.verdict]) : null)))
}

export async function incident(root, id) {
  let now = await get(`incidents/${part(id)}`)
  const head = el('h1'), when = el('p', { class: 'soft' }), pill = el('span', { class: 'pill' }), steps = el('ol', { class: 'steps' }), fault = el('p', { class: 'fault', role: 'alert', hidden: true })
  const answer = el('button', { type: 'button', class: 'alarm big answer', onclick: () => acknowledge(id, answer, fault).then(refresh) }, 'I’m on it')
  const says = ['true', 'false'].map(v => el('button', { type: 'button', class: 'big', 'data-verdict': v, onclick: () => judge(v === now.verdict ? '' : v) }, v === 'true' ? 'It was a fall' : 'False alarm'))
  const verdict = el('section', { class: 'card', 'aria-labelledby': 'verdict' }, el('h2', { id: 'verdict' }, 'Was it a fall?'),
    el('p', { class: 'soft' }, 'Your answer is kept with the poses, so that the model can learn from it.'), el('div', { class: 'row' }, says), el('p', { class: 'soft', id: 'verdict-by' }))
  const side = el('div', { class: 'parts' }, verdict, el('section', { class: 'card', 'aria-labelledby': 'steps' }, el('h2', { id: 'steps' }, 'Step by step'), steps))

  function tell() {
    const [word, strength] = state(now)
    put(head, title(now))
    put(when, `${date(now.start)} · ${now.kind !== 'fall' ? now.note ?? '' : `highest score ${now.score.toFixed(2)}`}`)
    put(pill, word)
    pill.className = `pill ${strength}`
    answer.hidden = !may('acknowledge') || !['suspected', 'confirmed'].includes(now.state)
    put(answer, now.kind === 'fall' ? 'I’m on it' : 'I know')
    verdict.hidden = !may('acknowledge') || now.kind !== 'fall'
    for (const b of says) b.setAttribute('aria-pressed', b.dataset.verdict === now.verdict)
    put(verdict.querySelector('#verdict-by'), now.verdict ? `${now.verdict_by || 'Somebody'} says: ${verdicts[now.verdict]}.` : '')
    steps.replaceChildren(...now.reports.map(r => el('li', {}, el('time', { datetime: r.time }, time(r.time)), ' ', report(r))))
  }
  async function refresh() {
    now = await get(`incidents/${part(id)}`)
    tell()
  }
  async function judge(v) {
    try {
      await send('PUT', `incidents/${part(id)}/verdict`, { verdict: v })
      fault.hidden = true
      say(v ? `Kept: ${verdicts[v]}.` : 'Taken back.')
      await refresh()
    } catch (e) {
      fault.hidden = false
      put(fault, e.message)
    }
  }

  tell()
  const left = el('div', {})
  root.append(el('p', {}, el('a', { href: '#/incidents' }, '← All incidents')), head, el('p', { class: 'row' }, pill, when), answer, fault, el('div', { class: now.kind === 'fall' ? 'two' : '' }, now.kind === 'fall' ? left : null, side))
  let replay = now.kind === 'fall' ? await bring(left, now) : null
  const bringAgain = async () => {
    replay?.stop()
    left.replaceChildren()
    replay = await bring(left, now)
  }
  const age = house.now ? (Date.parse(house.now.time) - Date.parse(now.start)) / 1000 : settled
  const later = now.kind === 'fall' && age < settled ? setTimeout(bringAgain, 1000 * (settled - age)) : 0
  const end = listen(what => {
    const heard = house.now?.incidents.find(i => i.id === id)
    if (what === 'house' && heard && heard.last !== now.last) refresh()
  })
  return () => {
    end()
    clearTimeout(later)
    replay?.stop()
  }
}

// bring loads the replay, or says why there is none.
async function bring(left, now) {
  try {
    const evidence = await get(`incidents/${part(now.id)}/evidence`)
    const replay = new Replay(evidence, now)
    if (evidence.also?.length) left.append(cameras([evidence, ...evidence.also], replay, now))
    left.append(replay.root, el('img', { class: 'strip', src: `/api/v1/incidents/${part(now.id)}/strip.png`, alt: 'The same as a strip: skeletons side by side', onerror: e => { e.target.hidden = true } }))
    replay.begin()
    return replay
  } catch (e) {
    left.append(el('p', { class: 'soft' }, `There is no replay: ${e.message}.`))
    return null
  }
}

// cameras are buttons for what each camera of the room has seen.
function cameras(views, replay, now) {
  const buttons = views.map(view => el('button', { type: 'button', 'aria-pressed': view === views[0], onclick: e => {
    for (const b of buttons) b.setAttribute('aria-pressed', b === e.currentTarget)
    replay.turn(view, now)
    replay.begin()
  } }, view.camera))
  return el('div', { class: 'row', role: 'group', 'aria-label': 'Camera of the replay' }, buttons)
}
