import { fill, h, icon, uniqueId } from '../lib/dom.js'
import { parse, stringify } from '../lib/json.js'
import { ParameterRow } from './parameter-row.js'

/** @typedef {Record<string, import('../lib/json.js').JSONValue>} Parameters */

/** A strategy's parameters, as a form of typed rows or as JSON. Tells of `input`. */
export class ParametersField extends HTMLElement {
    /** @type {'form' | 'JSON'} */
    #mode = 'form'
    #rows = h('div', { class: 'parameter-rows' })
    #text = h('textarea', { id: uniqueId('json'), class: 'code', rows: 12, spellcheck: 'false', autocomplete: 'off', 'aria-label': 'Parameters as JSON' })
    #error = h('p', { class: 'field-error', role: 'alert' })
    #add = h('button', { type: 'button', onclick: () => this.#append('', '').focusName() }, icon('plus'), 'Parameter')
    #modes = ['form', 'JSON'].map((mode) => h('button', { type: 'button', class: 'quiet', onclick: () => this.#use(/** @type {'form' | 'JSON'} */ (mode)) }, mode === 'form' ? 'Form' : 'JSON'))

    connectedCallback() {
        if (this.childElementCount > 0) return
        fill(this, h('div', { class: 'parameters-head' }, h('h3', {}, 'Parameters'), h('span', { class: 'gap' }),
            h('div', { class: 'segments', role: 'group', 'aria-label': 'Show parameters as' }, this.#modes)),
            this.#rows, this.#add, this.#text, this.#error)
        this.addEventListener('input', () => fill(this.#error))
        this.addEventListener('gone', (event) => {
            const row = /** @type {HTMLElement} */ (event.target)
            const next = /** @type {ParameterRow | null} */ (row.nextElementSibling ?? row.previousElementSibling)
            row.remove()
            if (next) next.focusName()
            else this.#add.focus()
            this.#changed()
        })
        this.#showMode()
    }

    /** @param {Parameters} parameters */
    show(parameters) {
        fill(this.#error)
        this.#text.value = stringify(parameters, 2)
        fill(this.#rows)
        for (const [name, value] of Object.entries(parameters)) this.#append(name, value)
    }

    /** As it stands now, and null where there is a mistake, which is not shown while somebody types. */
    get value() {
        const result = this.#mode === 'form' ? this.#readRows({ tells: false }) : this.#readText()
        return 'value' in result ? result.value : null
    }

    /** @returns {Parameters | null} null: there is a mistake, and it is shown */
    read() {
        const result = this.#mode === 'form' ? this.#readRows({ tells: true }) : this.#readText()
        if ('value' in result) return result.value
        fill(this.#error, result.error)
        return null
    }

    /**
     * @param {{ tells: boolean }} options whether a row shows its mistake
     * @returns {{ value: Parameters } | { error: string }}
     */
    #readRows({ tells }) {
        /** @type {[string, any][]} */
        const entries = []
        let isGood = true
        for (const row of /** @type {NodeListOf<ParameterRow>} */ (this.#rows.querySelectorAll('parameter-row'))) {
            const result = row.read({ tells })
            if ('value' in result) entries.push([row.name, result.value])
            else isGood = false
        }
        if (!isGood) return { error: 'A parameter has a mistake.' }
        const names = entries.map(([name]) => name)
        const twice = names.find((name, index) => names.indexOf(name) !== index)
        return twice === undefined ? { value: Object.fromEntries(entries) } : { error: `There are two parameters with the name “${twice}”.` }
    }

    /** @returns {{ value: Parameters } | { error: string }} */
    #readText() {
        try {
            const value = /** @type {any} */ (parse(this.#text.value.trim() || '{}'))
            if (value === null || typeof value !== 'object' || Array.isArray(value)) return { error: 'Parameters are one JSON object: { … }.' }
            return { value }
        } catch (error) {
            return { error: `This is no JSON: ${/** @type {Error} */ (error).message}.` }
        }
    }

    /** @param {'form' | 'JSON'} mode */
    #use(mode) {
        if (mode === this.#mode) return
        const parameters = this.read()
        if (!parameters) return
        this.#mode = mode
        this.show(parameters)
        this.#showMode()
    }

    #showMode() {
        const isForm = this.#mode === 'form'
        this.#rows.hidden = !isForm
        this.#add.hidden = !isForm
        this.#text.hidden = isForm
        for (const [index, button] of this.#modes.entries()) button.setAttribute('aria-pressed', String((index === 0) === isForm))
    }

    /**
     * @param {string} name
     * @param {unknown} value
     */
    #append(name, value) {
        const row = /** @type {ParameterRow} */ (document.createElement('parameter-row'))
        this.#rows.append(row)
        row.show(name, value)
        return row
    }

    #changed() { this.dispatchEvent(new Event('input', { bubbles: true })) }
}
customElements.define('parameters-field', ParametersField)
