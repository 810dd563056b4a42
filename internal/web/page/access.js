// Who may use the page: the own password, users, tokens, and what was changed by whom.
import { get, may, me, part, send } from './api.js'
import { ask, choice, el, field, put, say, table } from './dom.js'
import { date } from './words.js'

const scopes = [['read', 'may look'], ['acknowledge', 'may look and answer'], ['admin', 'may do everything']]
const named = Object.fromEntries(scopes)

export default async function access(root) {
  root.append(el('h1', {}, 'Access'))
  const parts = el('div', { class: 'parts' })
  root.append(parts)
  if (!me.sign_in) {
    parts.append(el('p', { class: 'hint' }, 'Nobody signs in: the settings file says so, and only this machine reaches the page.'))
  } else {
    parts.append(own())
    if (may('admin')) parts.append(await users(), await tokens())
  }
  if (may('admin')) parts.append(await audit())
}

const card = (title, ...children) => {
  const id = `part-${title.replaceAll(' ', '-').toLowerCase()}`
  return el('section', { class: 'card', 'aria-labelledby': id }, el('h2', { id }, title), ...children)
}

// form sends what is filled in, and says what came of it below.
function form(button, fields, act) {
  const fault = el('p', { class: 'fault', role: 'alert', hidden: true })
  const f = el('form', {}, fields, el('p', {}, el('button', { class: 'main' }, button)), fault)
  f.addEventListener('submit', async e => {
    e.preventDefault()
    const b = f.querySelector('button')
    b.disabled = true
    try {
      await act(Object.fromEntries(new FormData(f)))
      fault.hidden = true
      f.reset()
    } catch (problem) {
      fault.hidden = false
      put(fault, problem.message)
    } finally {
      b.disabled = false
    }
  })
  return f
}

const secret = (name, complete) => el('input', { name, type: 'password', autocomplete: complete, required: true, maxlength: 256, minlength: complete === 'new-password' ? 12 : null })

function own() {
  const out = el('button', { type: 'button', onclick: async () => { await send('POST', 'signout'); location.replace('/signin') } }, 'Sign out')
  return card('You', el('p', {}, `You are ${me.name}, who ${named[me.scope]}.`), el('p', {}, out),
    el('details', { open: me.generated_password }, el('summary', {}, 'Change the password'),
      form('Change it', [el('input', { type: 'text', name: 'user', autocomplete: 'username', value: me.name, hidden: true }),
        field('Old password', secret('old', 'current-password')), field('New password, 12 characters or more', secret('next', 'new-password'))],
      async f => {
        await send('PUT', 'me/password', { old: f.old, new: f.next })
        say('The password is changed. All other browsers are signed out.')
        document.getElementById('hint').hidden = true
      })))
}

async function users() {
  const list = el('div')
  const load = async () => {
    const all = (await get('users')).users
    list.replaceChildren(table('Users', ['Name', 'Scope', 'Signed in', 'Since', ''], all.map(u => [
      u.name, choice('scope', scopes, u.scope, { 'aria-label': `Scope of ${u.name}`, onchange: e => change('PUT', `users/${part(u.name)}`, { scope: e.target.value }) }),
      u.sessions, date(u.created), el('button', { type: 'button', disabled: u.name === me.name, 'aria-label': `Remove ${u.name}`, onclick: () => remove(u.name) }, 'Remove'),
    ]), { quiet: true }))
  }
  const fault = el('p', { class: 'fault', role: 'alert', hidden: true })
  const change = async (...what) => {
    try {
      await send(...what)
      fault.hidden = true
      say('Changed.')
    } catch (e) {
      fault.hidden = false
      put(fault, e.message)
    }
    await load()
  }
  const remove = async name => { if (await ask(`Remove ${name}?`, 'They are signed out at once.', 'Yes, remove')) await change('DELETE', `users/${part(name)}`) }
  await load()
  return card('Users', list, fault, el('details', {}, el('summary', {}, 'Add a user'), form('Add', [
    field('Name', el('input', { name: 'name', required: true, maxlength: 40, autocomplete: 'off', autocapitalize: 'none' })),
    field('What they may do', choice('scope', scopes, 'acknowledge')),
    field('Password, 12 characters or more', secret('password', 'new-password')),
  ], async f => { await send('POST', 'users', f); say(`${f.name} is added.`); await load() })))
}

async function tokens() {
  const list = el('div'), made = el('p', { class: 'secret', hidden: true, tabindex: 0 }), note = el('p', { hidden: true }, 'Copy this token now: it is not kept, and is shown this once.')
  const load = async () => {
    const all = (await get('tokens')).tokens
    list.replaceChildren(all.length === 0 ? el('p', { class: 'soft' }, 'No program has a token.') : table('Tokens', ['Name', 'Scope', 'Made', 'Last used', ''], all.map(t => [
      t.name, named[t.scope], date(t.created), t.used ? new Date(t.used).toLocaleDateString() : 'never',
      el('button', { type: 'button', 'aria-label': `Remove ${t.name}`, onclick: async () => {
        if (!await ask(`Remove ${t.name}?`, 'The program that has it gets nothing any more.', 'Yes, remove')) return
        await send('DELETE', `tokens/${part(t.id)}`)
        say('Removed.')
        await load()
      } }, 'Remove'),
    ]), { quiet: true }))
  }
  await load()
  return card('Tokens for programs', list, note, made, el('details', {}, el('summary', {}, 'Make a token'), form('Make it', [
    field('Name of the program', el('input', { name: 'name', required: true, maxlength: 40, autocomplete: 'off' })), field('What it may do', choice('scope', scopes, 'read')),
  ], async f => {
    const answer = await send('POST', 'tokens', f)
    put(made, answer.token)
    made.hidden = note.hidden = false
    await load()
    made.focus()
  })))
}

async function audit() {
  const { entries } = await get('audit?limit=100')
  return card('What was changed', el('details', {}, el('summary', {}, `The last ${entries.length} changes`),
    table('Changes', ['When', 'Who', 'From', 'What', 'On'], entries.map(e => [date(e.time), e.who, e.from, e.what + (e.note ? ` (${e.note})` : ''), e.on]), { quiet: true })))
}
