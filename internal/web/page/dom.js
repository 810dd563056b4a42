// The few words with which the page builds itself. Text is always text, never HTML.

export const $ = id => document.getElementById(id)

// el('p', { class: 'soft', onclick: f }, 'text', child) makes an element; null children are left out.
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children)
}

// svg does the same for a drawing.
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children)
}

function fill(e, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value)
    else if (value === true) e.setAttribute(name, '')
    else if (value !== false && value !== null && value !== undefined) e.setAttribute(name, value)
  }
  e.append(...children.flat().filter(c => c !== null && c !== undefined))
  return e
}

// put changes a text only where it is another one, so that nothing is read out again.
export function put(e, text) {
  if (e.textContent !== text) e.textContent = text
}

// say has screen readers tell something when they are done with what they say.
export const say = text => { $('said').textContent = text }

// ask shows a question that must be answered before anything else.
export function ask(title, text, yes) {
  const d = $('ask')
  put($('ask-title'), title)
  put(d.querySelector('p'), text)
  put(d.querySelector('button'), yes)
  d.returnValue = ''
  d.showModal()
  return new Promise(done => d.addEventListener('close', () => done(d.returnValue === 'yes'), { once: true }))
}

// table makes a table that can be scrolled by keys. A row is a list of cells, the first its head.
// quiet hides a caption that stands above as a heading already.
export function table(caption, columns, rows, { quiet = false, name = '' } = {}) {
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Table: ${caption}` },
    el('table', { class: name }, el('caption', { class: quiet ? 'hidden' : '' }, caption),
      el('thead', {}, el('tr', {}, columns.map(c => el('th', { scope: 'col' }, c || el('span', { class: 'hidden' }, 'Action'))))),
      el('tbody', {}, rows.map(r => el('tr', {}, r.map((c, i) => i === 0 ? el('th', { scope: 'row' }, c) : el('td', {}, c)))))))
}

// field is a labelled input.
let fields = 0
export function field(label, input) {
  input.id ||= `field-${++fields}`
  return el('div', {}, el('label', { for: input.id }, label), input)
}

export function choice(name, options, now, props = {}) {
  return el('select', { name, ...props }, options.map(([value, text]) => el('option', { value, selected: value === now }, text)))
}
