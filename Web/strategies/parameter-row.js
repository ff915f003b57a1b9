import { fill, h, icon } from '../lib/dom.js'
import { isRawNumber, parse, stringify } from '../lib/json.js'

/** @typedef {import('../lib/json.js').JSONValue} JSONValue */
/** @typedef {'text' | 'number' | 'yes/no' | 'JSON'} Kind */

/** @type {Kind[]} */
const kinds = ['text', 'number', 'yes/no', 'JSON']
/** A number as JSON writes it (RFC 8259 §6). */
const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/**
 * @param {unknown} value
 * @returns {Kind}
 */
function kindOf(value) {
    if (typeof value === 'string') return 'text'
    if (typeof value === 'number' || isRawNumber(value)) return 'number'
    return typeof value === 'boolean' ? 'yes/no' : 'JSON'
}

/** One parameter: its name, its kind, and a control that fits the kind. */
export class ParameterRow extends HTMLElement {
    #name = h('input', { 'aria-label': 'Name of the parameter', placeholder: 'name', autocomplete: 'off', spellcheck: 'false' })
    #kind = h('select', { 'aria-label': 'Kind' }, kinds.map((kind) => h('option', { value: kind }, kind)))
    #place = h('div', { class: 'value' })
    /** @type {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */
    #control = h('input')
    #error = h('p', { class: 'field-error' })

    connectedCallback() {
        if (this.childElementCount > 0) return
        this.#kind.addEventListener('change', () => this.#use(/** @type {Kind} */ (this.#kind.value), this.#control.value))
        fill(this, this.#name, this.#kind, this.#place, h('button', {
            type: 'button', class: 'quiet icon-only', 'aria-label': 'Remove the parameter', onclick: () => {
                this.dispatchEvent(new CustomEvent('gone', { bubbles: true }))
            },
        }, icon('close')), this.#error)
    }

    /**
     * @param {string} name
     * @param {unknown} value
     */
    show(name, value) {
        const kind = kindOf(value)
        this.#name.value = name
        this.#kind.value = kind
        const text = kind === 'text' ? String(value) : kind === 'yes/no' ? String(value) : stringify(value)
        this.#use(kind, text)
    }

    focusName() { this.#name.focus() }

    get name() { return this.#name.value }

    /**
     * @param {{ tells: boolean }} options whether a mistake is shown
     * @returns {{ value: JSONValue } | { error: string }}
     */
    read({ tells }) {
        const result = this.#name.value === '' ? { error: 'The parameter needs a name' } : this.#value()
        if (tells || 'value' in result) {
            fill(this.#error, 'error' in result && result.error + '.')
            this.#control.setAttribute('aria-invalid', String('error' in result))
        }
        return result
    }

    /** @returns {{ value: JSONValue } | { error: string }} */
    #value() {
        const text = this.#control.value
        switch (this.#kind.value) {
            case 'text': return { value: text }
            case 'yes/no': return { value: text === 'true' }
            case 'number': return number.test(text.trim()) ? { value: parse(text.trim()) } : { error: `“${text}” is no number` }
            default:
                try {
                    return { value: parse(text) }
                } catch {
                    return { error: 'This is no JSON: a list, an object, or null' }
                }
        }
    }

    /**
     * @param {Kind} kind
     * @param {string} text
     */
    #use(kind, text) {
        const name = { 'aria-label': 'Value', autocomplete: 'off', spellcheck: 'false' }
        if (kind === 'yes/no') {
            this.#control = h('select', name, h('option', { value: 'true' }, 'yes'), h('option', { value: 'false' }, 'no'))
            this.#control.value = text === 'true' ? 'true' : 'false'
        } else if (kind === 'JSON') {
            this.#control = h('textarea', { ...name, class: 'code', rows: Math.min(4, Math.max(1, Math.ceil(text.length / 40))), value: text || 'null' })
        } else {
            this.#control = h('input', { ...name, value: text, inputmode: kind === 'number' ? 'decimal' : null, class: kind === 'number' ? 'number' : null })
        }
        fill(this.#place, this.#control)
    }
}
customElements.define('parameter-row', ParameterRow)
