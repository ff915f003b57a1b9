import { explanation } from '../lib/api.js'
import { fill, h, icon } from '../lib/dom.js'
import { VirtualRows } from '../lib/virtual-rows.js'
import { makeRow, renderRow } from './row.js'

/** @typedef {import('./types.js').Strategy} Strategy */
/** @typedef {import('./collection.js').StrategyCollection} StrategyCollection */

/** The next page is asked for when so many rows are left below. */
const ahead = 60

/**
 * The strategies as a grid of one tab stop (WAI-ARIA's pattern): arrows move, Enter opens, Space selects.
 *
 * Tells of `open` (detail: the strategy), `selection`, and `command` (detail: `duplicate`, `archive`, `delete`).
 */
export class StrategyList extends HTMLElement {
    /** @type {Set<number>} ids */
    selection = new Set()
    /** The id of the strategy that is shown beside the list. @type {number | null} */
    openId = null
    #active = 0
    /** Where a range of selected rows begins. */
    #anchor = 0
    /** @type {StrategyCollection | null} */
    #collection = null
    #frame = 0
    #sizer = h('div', { class: 'sizer', role: 'rowgroup' })
    #all = h('input', { type: 'checkbox', tabindex: -1, 'aria-label': 'Select all that are loaded' })
    #grid = h('div', { class: 'grid', role: 'grid', tabindex: 0, 'aria-label': 'Strategies', 'aria-multiselectable': 'true' },
        h('div', { class: 'head', role: 'rowgroup' }, h('div', { class: 'row', role: 'row', 'aria-rowindex': 1 },
            h('span', { class: 'cell select', role: 'columnheader' }, this.#all),
            ['Name', 'Status', 'Tags', 'Version', 'Changed'].map((text) =>
                h('span', { class: `cell ${text === 'Changed' ? 'time' : text.toLowerCase()}-cell`, role: 'columnheader' }, text)))),
        this.#sizer)
    #state = h('div', { class: 'state' })
    /** @type {VirtualRows | null} */
    #rows = null

    connectedCallback() {
        if (this.#rows) return
        fill(this, this.#grid, this.#state)
        this.#rows = new VirtualRows(this.#grid, this.#sizer, () => makeRow((index) => this.#toggle(index)), (row, index) => this.#render(row, index))
        this.#rows.onRange = (_first, last) => {
            if (this.#collection && last + ahead > this.#collection.count && !this.#collection.error) this.#collection.more()
        }
        this.#grid.addEventListener('keydown', (event) => this.#key(event))
        this.#grid.addEventListener('focus', () => this.#draw())
        this.#sizer.addEventListener('click', (event) => this.#click(event))
        this.#all.addEventListener('click', () => this.#toggleAll())
        this.#draw()
    }

    /** @param {StrategyCollection} collection */
    set collection(collection) {
        this.#collection = collection
        collection.addEventListener('changed', () => this.#schedule())
        this.#schedule()
    }

    /** The strategies that a command is for: the selected ones, or the one that the keyboard is on. */
    get chosen() {
        const ids = this.selection.size > 0 ? [...this.selection] : [this.#collection?.at(this.#active)?.id]
        return ids.map((id) => id === undefined ? undefined : this.#collection?.get(id)).filter((each) => each !== undefined)
    }

    focusGrid() { this.#grid.focus({ preventScroll: true }) }

    toTop() {
        this.#active = 0
        this.#grid.scrollTop = 0
    }

    clearSelection() {
        this.selection.clear()
        this.#selected()
    }

    /** @param {number | null} id */
    showOpen(id) {
        this.openId = id
        const index = id === null ? -1 : this.#collection?.indexOf(id) ?? -1
        if (index >= 0) this.#active = index
        this.#draw()
    }

    #schedule() {
        this.#frame ||= requestAnimationFrame(() => this.#draw())
    }

    #draw() {
        cancelAnimationFrame(this.#frame)
        this.#frame = 0
        const collection = this.#collection
        if (!collection || !this.#rows) return
        for (const id of this.selection) if (!collection.get(id)) this.selection.delete(id)
        this.#active = Math.max(0, Math.min(this.#active, collection.count - 1))
        this.#grid.setAttribute('aria-rowcount', String(collection.isComplete ? collection.count + 1 : -1))
        this.#grid.setAttribute('aria-busy', String(collection.isLoading && collection.count === 0))
        this.#all.checked = collection.count > 0 && this.selection.size === collection.count
        this.#all.indeterminate = this.selection.size > 0 && !this.#all.checked
        this.#rows.setCount(collection.count)
        if (collection.count > 0) this.#grid.setAttribute('aria-activedescendant', `row-${this.#active}`)
        else this.#grid.removeAttribute('aria-activedescendant')
        this.#showState(collection)
    }

    /** What stands in the place of rows, or below the last one. @param {StrategyCollection} collection */
    #showState(collection) {
        const { error, count, isLoading, query } = collection
        const isEmpty = count === 0
        const state = error ? 'error' : isLoading && isEmpty ? 'loading' : isEmpty ? (query.q || query.tag || query.status ? 'nothing' : 'empty') : ''
        if (this.#state.dataset.state === state && state !== 'error') return
        this.#state.dataset.state = state
        this.#state.classList.toggle('below', !isEmpty)
        if (state === 'error') {
            fill(this.#state, h('p', { role: 'alert' }, `${explanation(error)}.`),
                h('button', { type: 'button', onclick: () => isEmpty ? collection.reload({ keeps: false }) : collection.more() }, 'Try again'))
        } else if (state === 'loading') {
            fill(this.#state, h('div', { class: 'skeleton', 'aria-hidden': 'true' }, Array.from({ length: 12 }, () => h('div'))), h('p', { class: 'visually-hidden', role: 'status' }, 'Loading'))
        } else if (state === 'nothing') {
            fill(this.#state, h('p', {}, 'No strategy fits search and filters.'))
        } else if (state === 'empty') {
            fill(this.#state, h('h2', {}, 'No strategies yet'), h('p', {}, 'Write down the first one; every change of it is kept.'),
                h('a', { class: 'button primary', href: '/strategies/new' + location.search }, icon('plus'), 'New strategy'))
        } else {
            fill(this.#state)
        }
    }

    /**
     * @param {HTMLElement} row
     * @param {number} index
     */
    #render(row, index) {
        const strategy = this.#collection?.at(index)
        const id = strategy?.id ?? -1
        renderRow(row, {
            index, strategy, isSelected: this.selection.has(id), isActive: index === this.#active, isOpen: id === this.openId,
            isPending: this.#collection?.isPending(id) ?? false,
        })
    }

    /** @param {MouseEvent} event */
    #click(event) {
        const row = /** @type {Element} */ (event.target).closest('.row')
        if (!(row instanceof HTMLElement)) return
        const index = Number(row.dataset.index)
        if (event.shiftKey) return this.#selectTo(index)
        if (event.ctrlKey || event.metaKey) return this.#toggle(index)
        this.#move(index)
        this.#open()
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
        if (event.target !== this.#grid || event.altKey) return
        const rows = /** @type {VirtualRows} */ (this.#rows)
        const last = (this.#collection?.count ?? 0) - 1
        /** @type {Record<string, () => void>} */
        const moves = {
            ArrowDown: () => this.#move(this.#active + 1, event.shiftKey), ArrowUp: () => this.#move(this.#active - 1, event.shiftKey),
            j: () => this.#move(this.#active + 1), k: () => this.#move(this.#active - 1),
            PageDown: () => this.#move(this.#active + rows.page), PageUp: () => this.#move(this.#active - rows.page),
            Home: () => this.#move(0), End: () => this.#move(last), Enter: () => this.#open(),
            ' ': () => this.#toggle(this.#active), x: () => this.#toggle(this.#active), Escape: () => this.clearSelection(),
            Delete: () => this.#command('delete'), d: () => this.#command('duplicate'), a: () => this.#command('archive'),
        }
        if (event.ctrlKey || event.metaKey) {
            if (event.key !== 'a') return
            event.preventDefault()
            return this.#toggleAll()
        }
        const move = moves[event.key]
        if (!move) return
        event.preventDefault()
        move()
    }

    /**
     * @param {number} index
     * @param {boolean} [selects] whether the rows up to there are selected
     */
    #move(index, selects = false) {
        const last = (this.#collection?.count ?? 0) - 1
        const target = Math.max(0, Math.min(index, last))
        if (selects) this.#selectTo(target)
        else this.#anchor = target
        this.#active = target
        this.#rows?.reveal(target)
        this.#draw()
    }

    /** @param {number} index */
    #selectTo(index) {
        const [first, last] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)]
        for (let each = first; each <= last; each += 1) {
            const id = this.#collection?.at(each)?.id
            if (id !== undefined) this.selection.add(id)
        }
        this.#selected()
    }

    /** @param {number} index */
    #toggle(index) {
        const id = this.#collection?.at(index)?.id
        if (id === undefined) return
        if (!this.selection.delete(id)) this.selection.add(id)
        this.#active = index
        this.#anchor = index
        this.#selected()
    }

    #toggleAll() {
        const count = this.#collection?.count ?? 0
        const isAll = this.selection.size === count
        this.selection.clear()
        for (let index = 0; index < count && !isAll; index += 1) this.selection.add(/** @type {Strategy} */ (this.#collection?.at(index)).id)
        this.#selected()
    }

    #selected() {
        this.#draw()
        this.dispatchEvent(new Event('selection'))
    }

    #open() {
        const strategy = this.#collection?.at(this.#active)
        if (strategy) this.dispatchEvent(new CustomEvent('open', { detail: strategy }))
    }

    /** @param {string} command */
    #command(command) {
        if (this.chosen.length > 0) this.dispatchEvent(new CustomEvent('command', { detail: command }))
    }
}
customElements.define('strategy-list', StrategyList)
