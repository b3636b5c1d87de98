/** The page's third script: the line one types, its completion and its history. */
export const pageComposer = `
const words = at('words')
const list = at('choices')
const history = []
let place = 0
let chosen = -1
let asked = 0

function strip(text) {
  return text.trim().replace(/^[/](sandbox( +|$))?/, '')
}

function saySomething(text) {
  const said = strip(text)
  if (said === '') return
  history.push(said)
  place = history.length
  panes.false.append(element('div', { className: 'said', textContent: said }))
  panes.false.scrollTop = panes.false.scrollHeight
  words.value = ''
  closeChoices()
  void send('/input', { text: said })
}

function closeChoices() {
  asked += 1
  chosen = -1
  list.hidden = true
  words.setAttribute('aria-expanded', 'false')
  words.removeAttribute('aria-activedescendant')
}

function completed(text, choice) {
  if (choice.startsWith(text) && text.includes(' ')) return choice + ' '
  return text.slice(0, text.lastIndexOf(' ') + 1) + choice + ' '
}

function summaryOf(choice) {
  return state.menu.find((one) => one.name === choice)?.summary ?? ''
}

function choose(index) {
  const items = [...list.children]
  chosen = (index + items.length) % items.length
  items.forEach((item, at) => item.setAttribute('aria-selected', String(at === chosen)))
  items[chosen].scrollIntoView({ block: 'nearest' })
  words.setAttribute('aria-activedescendant', items[chosen].id)
}

function take(choice) {
  words.value = completed(strip(words.value) + (words.value.endsWith(' ') ? ' ' : ''), choice)
  words.focus()
  void complete()
}

async function complete() {
  const mine = (asked += 1)
  const text = words.value.trimStart()
  if (text === '') return closeChoices()
  const query = '?identity=' + encodeURIComponent(me()) + '&text=' + encodeURIComponent(text)
  const answer = await fetch('/complete' + query).then((response) => response.json(), () => ({}))
  if (mine !== asked) return
  const choices = answer.choices ?? []
  if (choices.length === 0) return closeChoices()
  const first = !strip(text).includes(' ')
  list.replaceChildren(
    ...choices.map((choice, index) => {
      const summary = element('span', { textContent: first ? summaryOf(choice) : '' })
      const item = element('li', { id: 'choice-' + index, role: 'option' }, element('b', { textContent: choice }), summary)
      item.addEventListener('mousedown', (event) => {
        event.preventDefault()
        take(choice)
      })
      return item
    }),
  )
  chosen = -1
  list.hidden = false
  words.setAttribute('aria-expanded', 'true')
}

function remember(step) {
  place = Math.max(0, Math.min(history.length, place + step))
  words.value = history[place] ?? ''
}

words.addEventListener('input', () => void complete())
words.addEventListener('blur', closeChoices)
words.addEventListener('keydown', (event) => {
  const open = !list.hidden
  const { key } = event
  if (event.isComposing) return
  if (open && (key === 'ArrowDown' || key === 'ArrowUp')) choose(key === 'ArrowDown' ? chosen + 1 : Math.max(chosen, 0) - 1)
  else if (!open && (key === 'ArrowUp' || key === 'ArrowDown')) remember(key === 'ArrowUp' ? -1 : 1)
  else if (open && key === 'Tab' && !event.shiftKey) take(list.children[Math.max(chosen, 0)].querySelector('b').textContent)
  else if (open && key === 'Enter' && chosen >= 0) take(list.children[chosen].querySelector('b').textContent)
  else if (open && key === 'Escape') closeChoices()
  else return
  event.preventDefault()
})
at('composer').addEventListener('submit', (event) => {
  event.preventDefault()
  saySomething(words.value)
})
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || at('dialog').open || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return
  event.preventDefault()
  words.focus()
})
words.focus()
`
