/** The page's second script: a form becomes a dialog. */
export const pageForms = `
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

function controlOf(field) {
  const common = { name: field.name, required: field.required, autocomplete: 'off' }
  if (field.kind === 'long') return element('textarea', { ...common, rows: 4, value: field.value })
  if (field.kind === 'choice') {
    const select = element('select', common, ...field.choices.map((choice) => new Option(choice, choice)))
    if (field.value) select.value = field.value
    return select
  }
  const input = element('input', { ...common, type: 'text', value: field.value, autocapitalize: 'none', spellcheck: false })
  if (field.kind === 'number') input.inputMode = 'numeric'
  return input
}

function openForm(form, direct) {
  const dialog = at('dialog')
  const fields = form.fields.map((field) => {
    const help = field.help ? [element('small', { textContent: field.help })] : []
    return element('label', {}, field.label, controlOf(field), ...help)
  })
  const cancel = element('button', { type: 'button', className: 'button', textContent: 'Cancel' })
  const submit = element('button', { className: form.danger ? 'button danger' : 'button primary', textContent: form.submit })
  cancel.addEventListener('click', () => dialog.close())
  const body = element(
    'form', {},
    element('h2', { id: 'dialog-title', textContent: form.title }),
    element('p', { textContent: form.text, hidden: form.text === '' }),
    ...fields,
    element('menu', {}, cancel, submit),
  )
  body.addEventListener('submit', (event) => {
    event.preventDefault()
    const answers = Object.fromEntries(new FormData(body))
    dialog.close()
    void send('/form', { token: form.token, answers, direct })
  })
  dialog.replaceChildren(body)
  dialog.showModal()
  body.querySelector('input, textarea, select')?.focus()
}

at('dialog').addEventListener('close', () => at('words').focus())
`
