import { APIError, explanation } from './api.js'
import { fill, h, uniqueId } from './dom.js'

/** @typedef {{ element: HTMLElement, input: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, show: (messages: string[]) => void }} Field */

/**
 * A labelled control with room for what is wrong with it, right below it.
 *
 * @param {string} label
 * @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} input
 * @param {{ hint?: string | Node }} [options]
 * @returns {Field}
 */
export function field(label, input, { hint } = {}) {
    input.id ||= uniqueId('field')
    const error = h('p', { class: 'field-error', id: input.id + '-error' })
    const note = hint ? h('div', { class: 'hint', id: input.id + '-hint' }, hint) : null
    input.setAttribute('aria-describedby', [note && note.id, error.id].filter(Boolean).join(' '))
    /** @param {string[]} messages */
    const show = (messages) => {
        fill(error, messages.map(sentence).join(' '))
        input.toggleAttribute('aria-invalid', messages.length > 0)
        if (messages.length > 0) input.setAttribute('aria-invalid', 'true')
    }
    input.addEventListener('input', () => show([]))
    return { element: h('div', { class: 'field' }, h('label', { htmlFor: input.id }, label), input, note, error), input, show }
}

/** @param {string} text */
function sentence(text) {
    return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.')
}

/**
 * Does what a form is for: one at a time, its button says so, and what the API finds wrong stands where it belongs.
 *
 * @param {HTMLFormElement} form
 * @param {Record<string, Field>} fields by the names that the API gives them
 * @param {HTMLElement} summary takes what belongs to no field; an element with the role `alert`
 * @param {() => Promise<void>} submit
 */
export function handleSubmit(form, fields, summary, submit) {
    form.noValidate = true
    let isUnderWay = false
    form.addEventListener('submit', async (event) => {
        event.preventDefault()
        if (isUnderWay || !areComplete(fields)) return
        isUnderWay = true
        form.setAttribute('aria-busy', 'true')
        fill(summary)
        try {
            await submit()
        } catch (error) {
            showFailure(error, fields, summary)
        } finally {
            isUnderWay = false
            form.removeAttribute('aria-busy')
        }
    })
}

/** What the browser itself finds wrong. @param {Record<string, Field>} fields */
function areComplete(fields) {
    let first = true
    for (const { input, show } of Object.values(fields)) {
        if (input.validity.valid || input.closest('[hidden]')) continue
        show([input.validity.valueMissing ? 'This is needed' : input.validationMessage])
        if (first) input.focus()
        first = false
    }
    return first
}

/**
 * @param {unknown} error
 * @param {Record<string, Field>} fields
 * @param {HTMLElement} summary
 */
export function showFailure(error, fields, summary) {
    const known = error instanceof APIError ? Object.entries(fields).filter(([name]) => error.messages(name).length > 0) : []
    for (const [name, { show }] of known) show(/** @type {APIError} */ (error).messages(name))
    if (known.length > 0) known[0][1].input.focus()
    else fill(summary, sentence(explanation(error)))
}
