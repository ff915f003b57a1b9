import { fill, h, setText } from '../lib/dom.js'
import { localTime, utcTime } from '../lib/time.js'

/** @typedef {import('./types.js').Strategy} Strategy */

/** How many tags a row shows; the others are counted. */
const shownTags = 3

/**
 * A row of the list, which is filled again and again.
 *
 * @typedef {object} RowParts
 * @property {HTMLInputElement} box
 * @property {HTMLElement} name
 * @property {HTMLElement} status
 * @property {HTMLElement} tags
 * @property {HTMLElement} version
 * @property {HTMLTimeElement} time
 */

/** @type {WeakMap<HTMLElement, RowParts>} */
const parts = new WeakMap()

/** @param {(strategyIndex: number) => void} onToggle */
export function makeRow(onToggle) {
    const box = h('input', { type: 'checkbox', tabindex: -1, 'aria-label': 'Select' })
    const name = h('span', { class: 'name' })
    const status = h('span', { class: 'status' })
    const tags = h('span', { class: 'tags' })
    const version = h('span')
    const time = h('time')
    const row = h('div', { class: 'row', role: 'row' },
        h('span', { class: 'cell select', role: 'gridcell' }, box),
        h('span', { class: 'cell name-cell', role: 'gridcell' }, name),
        h('span', { class: 'cell status-cell', role: 'gridcell' }, status),
        h('span', { class: 'cell tags-cell', role: 'gridcell' }, tags),
        h('span', { class: 'cell version-cell', role: 'gridcell' }, version),
        h('span', { class: 'cell time-cell', role: 'gridcell' }, time))
    box.addEventListener('click', (event) => {
        event.stopPropagation()
        onToggle(Number(row.dataset.index))
    })
    parts.set(row, { box, name, status, tags, version, time })
    return row
}

/**
 * @param {HTMLElement} row
 * @param {object} state
 * @param {number} state.index
 * @param {Strategy | undefined} state.strategy
 * @param {boolean} state.isSelected
 * @param {boolean} state.isActive whether the keyboard is on it
 * @param {boolean} state.isOpen whether it is shown beside the list
 * @param {boolean} state.isPending
 */
export function renderRow(row, { index, strategy, isSelected, isActive, isOpen, isPending }) {
    const { box, name, status, tags, version, time } = /** @type {RowParts} */ (parts.get(row))
    row.id = `row-${index}`
    row.dataset.index = String(index)
    row.setAttribute('aria-rowindex', String(index + 2))
    row.setAttribute('aria-selected', String(isSelected))
    row.classList.toggle('active', isActive)
    row.classList.toggle('open', isOpen)
    row.classList.toggle('pending', isPending)
    if (!strategy) return
    box.checked = isSelected
    setText(name, strategy.strategy_name)
    setText(status, strategy.status)
    status.dataset.status = strategy.status
    setText(version, `v${strategy.version}`)
    const shown = strategy.tags.slice(0, shownTags)
    const more = strategy.tags.length - shown.length
    const words = more > 0 ? [...shown, `+${more}`] : shown
    if (tags.dataset.words !== words.join('\n')) {
        tags.dataset.words = words.join('\n')
        fill(tags, words.map((tag) => h('span', { class: 'tag' }, tag)))
    }
    if (time.dateTime !== strategy.updated_at) {
        time.dateTime = strategy.updated_at
        time.title = utcTime(strategy.updated_at)
        time.textContent = localTime(strategy.updated_at)
    }
}
