'use strict'
// Behaviour that HTML, htmx and Basecoat do not give. Delegated, so swapped-in markup just works.

const on = (type, selector, handler) => document.addEventListener(type, (event) => {
  const match = event.target instanceof Element && event.target.closest(selector)
  if (match) handler(match, event)
})

on('click', '[data-theme-toggle]', () => basecoat.theme.toggle())

// Navigation: on a narrow screen the open sidebar is the only thing in reach.
// Plain pages have none.
const sidebar = document.querySelector('.sidebar')
const narrow = matchMedia('(width < 48rem)')
const watchSidebar = () => {
  const toggle = document.querySelector('[data-sidebar-toggle]')
  let wasOpen = false
  const sync = () => {
    const open = sidebar.getAttribute('aria-hidden') === 'false'
    toggle.setAttribute('aria-expanded', String(open))
    document.getElementById('page').inert = open && narrow.matches
    if (narrow.matches && wasOpen && !open) toggle.focus()
    wasOpen = open && narrow.matches
  }
  new MutationObserver(sync).observe(sidebar, { attributeFilter: ['aria-hidden'] })
  narrow.addEventListener('change', () => narrow.matches ? sidebar.close() : sidebar.open())
  on('click', '[data-sidebar-toggle]', () => {
    sidebar.open()
    sidebar.querySelector('a').focus()
  })
}
if (sidebar) watchSidebar()

// Menus close when the reader turns elsewhere.
const closeMenus = (except) => document.querySelectorAll('[data-menu][open]').forEach((menu) => {
  if (menu !== except) menu.open = false
})
document.addEventListener('click', (event) => closeMenus(event.target.closest?.('[data-menu]')))
document.addEventListener('focusin', (event) => closeMenus(event.target.closest?.('[data-menu]')))

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  const menu = document.querySelector('[data-menu][open]')
  if (menu) {
    menu.open = false
    menu.querySelector('summary').focus()
  } else if (sidebar && narrow.matches) sidebar.close()
})

// Copy buttons say that they did, for the eye and for assistive technology.
on('click', '[data-copy]', async (button) => {
  const label = button.querySelector('[data-copy-label]')
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
    label.textContent = 'Copied'
  } catch {
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy))
    label.textContent = 'Press Ctrl C'
  }
  label.setAttribute('role', 'status')
  setTimeout(() => { label.textContent = 'Copy' }, 2000)
})

// Pickers: the server finds, arrows and Enter choose.
const pickerOf = (element) => {
  const root = element?.closest?.('[data-picker]')
  return root && { root, input: root.querySelector('[role=combobox]'), panel: root.querySelector('.picker-panel') }
}
const optionsOf = (picker) => [...picker.panel.querySelectorAll('[role=option]')]
const markOption = (picker, option) => {
  optionsOf(picker).forEach((other) => other.setAttribute('aria-selected', String(other === option)))
  picker.input.setAttribute('aria-activedescendant', option.id)
  option.scrollIntoView({ block: 'nearest' })
}
const openPicker = (picker, open) => {
  picker.panel.hidden = !open
  if (open) picker.panel.scrollIntoView({ block: 'nearest' })
  picker.input.setAttribute('aria-expanded', String(open))
  picker.input.removeAttribute('aria-activedescendant')
}
const pick = (picker, option) => {
  picker.root.querySelector('[data-picker-value]').value = option.dataset.value
  picker.input.value = option.dataset.text
  picker.root.querySelector('[data-picker-found]')?.remove()
  openPicker(picker, false)
  picker.input.dispatchEvent(new Event('change', { bubbles: true }))
}
document.addEventListener('htmx:after:swap', () => {
  const picker = pickerOf(document.activeElement)
  if (!picker || document.activeElement !== picker.input || !picker.panel.childElementCount || 'closed' in picker.input.dataset) return
  openPicker(picker, picker.input.value.trim() !== '')
})
on('keydown', '[data-picker] [role=combobox]', (input, event) => {
  const picker = pickerOf(input)
  const options = optionsOf(picker)
  const now = options.findIndex((option) => option.getAttribute('aria-selected') === 'true')
  if (event.key === 'Escape') input.dataset.closed = '' // also for an answer that is still on its way
  if (event.key === 'Escape' && !picker.panel.hidden) openPicker(picker, false)
  else if (event.key === 'Enter' && !picker.panel.hidden && options.length) {
    pick(picker, options[Math.max(now, 0)])
    input.dataset.picked = ''
  } else if (event.key === 'ArrowDown' && options.length) {
    openPicker(picker, true)
    markOption(picker, options[(now + 1) % options.length])
  } else if (event.key === 'ArrowUp' && options.length) {
    openPicker(picker, true)
    markOption(picker, options[(Math.max(now, 0) - 1 + options.length) % options.length])
  } else return
  event.preventDefault()
})
// Where keys are typed for the reader, Enter arrives a second time as a character; it must not send the form.
on('keypress', '[data-picked]', (input, event) => event.key === 'Enter' && event.preventDefault())
on('keyup', '[data-picked]', (input) => delete input.dataset.picked)
on('mousedown', '[data-picker] .picker-panel', (panel, event) => event.preventDefault())
on('click', '[data-picker] [role=option]', (option) => pick(pickerOf(option), option))
on('input', '[data-picker] [role=combobox]', (input) => delete input.dataset.closed)
on('focusin', '[data-picker] [role=combobox]', (input) => input.select())
on('focusout', '[data-picker] [role=combobox]', (input) => openPicker(pickerOf(input), false))

// Command palette
const apple = /Mac|iP(hone|ad)/.test(navigator.platform)
document.querySelectorAll('[data-palette-key]').forEach((key) => { key.textContent = apple ? '⌘K' : 'Ctrl K' })
document.addEventListener('keydown', (event) => {
  const palette = document.getElementById('command')
  if (!palette || event.key !== 'k' || !(apple ? event.metaKey : event.ctrlKey)) return
  event.preventDefault()
  palette.open ? palette.close() : palette.showModal()
})

// Dialogs: a confirmed one has done its work.
on('submit', 'dialog', (dialog) => dialog.close())

// Live figures: paused by the reader (WCAG 2.2.2), and those that poll also while the tab is hidden.
let live = true
on('click', '[data-live-toggle]', (button) => {
  live = !live
  button.setAttribute('aria-pressed', String(live))
})
document.addEventListener('htmx:before:request', (event) => {
  const source = event.detail.ctx.sourceElement
  const waits = source.hasAttribute('data-poll') && document.hidden
  if (waits || (source.matches('[data-poll], [data-follow]') && !live)) event.preventDefault()
})

// A swap that removes the focused control hands focus to its region, not to the top of the page.
let focused = null
document.addEventListener('htmx:before:swap', () => { focused = document.activeElement })
document.addEventListener('htmx:after:swap', (event) => {
  if (!focused || focused.isConnected || document.activeElement !== document.body) return
  const region = event.target instanceof Element ? event.target.closest('[tabindex="-1"]') : null
  ;(region ?? document.getElementById('content')).focus({ preventScroll: true })
})

// Toasts wait for the keyboard as they wait for the mouse.
const toaster = document.getElementById('toaster')
toaster.addEventListener('focusin', () => toaster.dispatchEvent(new Event('mouseenter')))
toaster.addEventListener('focusout', () => toaster.dispatchEvent(new Event('mouseleave')))

// Requests that fail before the server can answer still tell the reader, once.
document.addEventListener('htmx:error', () => {
  if (toaster.querySelector('[data-category="error"]')) return
  toaster.append(document.getElementById('toast-offline').content.cloneNode(true))
})

// Chat composer
on('keydown', '[data-submit-on-enter]', (field, event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  if (field.value.trim()) field.form.requestSubmit()
})
document.addEventListener('htmx:after:request', (event) => {
  if (event.target.matches?.('[data-reset]') && event.detail.ctx.response.status < 400) event.target.reset()
})

// Charts: the accessible data table is also the tooltip's data source.
const showPoint = (plot, index) => {
  const rows = plot.closest('[data-chart]').querySelectorAll('tbody tr')
  const last = rows.length - 1
  index = Math.max(0, Math.min(last, index))
  const cells = [...rows[index].cells]
  const x = `${(index / last) * 100}%`
  plot.setAttribute('aria-valuenow', index)
  plot.setAttribute('aria-valuetext', cells.map((cell, i) => i ? `${cell.dataset.series} ${cell.textContent}` : cell.textContent).join(', '))
  plot.querySelector('[data-cursor]').style.left = x
  plot.querySelectorAll('[data-dot]').forEach((dot, i) => {
    dot.style.left = x
    dot.style.top = `${100 - cells[i + 1].dataset.percent}%`
  })
  showTip(plot.querySelector('[data-tip]'), cells, index / last)
  plot.dataset.active = ''
}
const showTip = (tip, cells, at) => {
  tip.querySelector('[data-tip-title]').textContent = cells[0].textContent
  tip.querySelectorAll('[data-tip-value]').forEach((value, i) => { value.textContent = cells[i + 1].textContent })
  tip.style.left = at > 0.5 ? 'auto' : `${at * 100}%`
  tip.style.right = at > 0.5 ? `${100 - at * 100}%` : 'auto'
}
on('pointermove', '[data-plot]', (plot, event) => {
  const box = plot.getBoundingClientRect()
  showPoint(plot, Math.round(((event.clientX - box.left) / box.width) * plot.getAttribute('aria-valuemax')))
})
on('keydown', '[data-plot]', (plot, event) => {
  const now = Number(plot.getAttribute('aria-valuenow'))
  const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: Infinity }[event.key]
  if (event.key === 'Escape') delete plot.dataset.active
  if (next === undefined) return
  event.preventDefault()
  showPoint(plot, next)
})
const hidePoint = (event) => {
  const plot = event.target instanceof Element && event.target.closest('[data-plot]')
  if (plot && !plot.contains(event.relatedTarget)) delete plot.dataset.active
}
document.addEventListener('pointerout', hidePoint)
document.addEventListener('focusout', hidePoint)
