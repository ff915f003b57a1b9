import { fill, h, icon } from '../lib/dom.js'
import { statuses } from './types.js'

/** @typedef {import('./query.js').Query} Query */

/** How long typing may pause before the list follows, in milliseconds. */
const pause = 200

const orders = [
    { by: 'updated_at', descending: true, text: 'Last changed' },
    { by: 'created_at', descending: true, text: 'Newest' },
    { by: 'created_at', descending: false, text: 'Oldest' },
    { by: 'strategy_name', descending: false, text: 'Name A–Z' },
    { by: 'strategy_name', descending: true, text: 'Name Z–A' },
]

/**
 * Search, filters and order of the list; tells of `query` (detail: the new one).
 */
export class StrategyToolbar extends HTMLElement {
    /** @type {Query | null} */
    #query = null
    #search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search name, description and tags', maxlength: 200, autocomplete: 'off', 'aria-keyshortcuts': '/' })
    #tag = h('input', { type: 'search', placeholder: 'Tag', 'aria-label': 'Only with this tag', maxlength: 50, autocomplete: 'off', list: 'known-tags' })
    #status = h('select', { 'aria-label': 'Only of this status' }, h('option', { value: '' }, 'Any status'), statuses.map((status) => h('option', { value: status }, status)))
    #order = h('select', { 'aria-label': 'Order' }, orders.map(({ text }, index) => h('option', { value: String(index) }, text)))
    #tags = h('datalist', { id: 'known-tags' })
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer

    connectedCallback() {
        if (this.childElementCount > 0) return
        for (const input of [this.#search, this.#tag]) {
            input.addEventListener('input', () => {
                clearTimeout(this.#timer)
                this.#timer = setTimeout(() => this.#tell(), pause)
            })
        }
        for (const select of [this.#status, this.#order]) select.addEventListener('change', () => this.#tell())
        fill(this, h('div', { class: 'search' }, icon('search'), this.#search), this.#tag, this.#tags, this.#status, this.#order)
    }

    focusSearch() {
        this.#search.focus()
        this.#search.select()
    }

    /** @param {Query} query */
    show(query) {
        this.#query = query
        if (document.activeElement !== this.#search) this.#search.value = query.q
        if (document.activeElement !== this.#tag) this.#tag.value = query.tag
        this.#status.value = query.status
        this.#order.value = String(orders.findIndex(({ by, descending }) => by === query.by && descending === query.descending))
    }

    /** What the tag filter offers. @param {string[]} tags */
    offer(tags) {
        fill(this.#tags, tags.map((tag) => h('option', { value: tag })))
    }

    #tell() {
        clearTimeout(this.#timer)
        const { by, descending } = orders[Number(this.#order.value)] ?? orders[0]
        const query = /** @type {Query} */ ({ q: this.#search.value.trim(), tag: this.#tag.value.trim(), status: this.#status.value, by, descending })
        if (JSON.stringify(query) === JSON.stringify(this.#query)) return
        this.#query = query
        this.dispatchEvent(new CustomEvent('query', { detail: query }))
    }
}
customElements.define('strategy-toolbar', StrategyToolbar)
