import { fill, h, icon } from '../lib/dom.js'
import { go } from '../lib/navigation.js'
import { stream } from '../lib/stream.js'
import { duplicate, remove, setStatus, undo } from './actions.js'
import { StrategyCollection } from './collection.js'
import { StrategyEditor } from './editor.js'
import { StrategyHistory } from './history.js'
import { StrategyList } from './list.js'
import { readQuery, writeQuery } from './query.js'
import { areLettersOn, showShortcuts } from './shortcuts.js'
import { StrategyToolbar } from './toolbar.js'
import { exportStrategies, importStrategies } from './transfer.js'

/** @typedef {import('./query.js').Query} Query */
/** @typedef {import('./types.js').Strategy} Strategy */

/** The list, and beside it one strategy. */
class StrategiesPage extends HTMLElement {
    pageTitle = 'Strategies'
    /** @type {Record<string, string>} */
    parameters = {}
    collection = new StrategyCollection(readQuery(new URLSearchParams(location.search)))
    #toolbar = /** @type {StrategyToolbar} */ (document.createElement('strategy-toolbar'))
    #list = /** @type {StrategyList} */ (document.createElement('strategy-list'))
    #count = h('span', { class: 'count', role: 'status' })
    #bulk = h('div', { class: 'bulk', role: 'group', 'aria-label': 'For those selected' })
    #detail = h('section', { class: 'detail', 'aria-label': 'Strategy', hidden: true })
    /** @type {StrategyEditor | null} */
    #editor = null
    /** @type {StrategyHistory | null} */
    #history = null
    #leave = new AbortController()

    connectedCallback() {
        fill(this, h('section', { class: 'overview', 'aria-labelledby': 'strategies-title' },
            h('div', { class: 'bar' },
                h('h1', { id: 'strategies-title', tabindex: -1 }, 'Strategies'), this.#count, h('span', { class: 'gap' }),
                tool('Keyboard', 'keyboard', showShortcuts), tool('Import', 'upload', () => importStrategies(() => this.collection.reload({ keeps: true }))),
                tool('Export what is listed', 'download', () => exportStrategies(this.collection.query)),
                h('button', { type: 'button', class: 'primary', 'aria-keyshortcuts': 'n', onclick: () => this.#new() }, icon('plus'), 'New')),
            h('div', { class: 'tools' }, this.#toolbar, this.#bulk), this.#list), this.#detail)
        const { signal } = this.#leave
        this.#list.collection = this.collection
        this.collection.addEventListener('changed', () => this.#showCount())
        this.#toolbar.addEventListener('query', (event) => this.#search(/** @type {CustomEvent<Query>} */ (event).detail))
        this.#list.addEventListener('open', (event) => this.#open(/** @type {CustomEvent<Strategy>} */ (event).detail))
        this.#list.addEventListener('selection', () => this.#showBulk())
        this.#list.addEventListener('command', (event) => this.#run(/** @type {CustomEvent<string>} */ (event).detail))
        stream.addEventListener('event', (event) => this.#apply(/** @type {CustomEvent} */ (event).detail), { signal })
        stream.addEventListener('resync', () => this.collection.reload({ keeps: true }), { signal })
        this.addEventListener('focusin', ({ target }) => {
            if (target instanceof HTMLInputElement && target.getAttribute('list') === 'known-tags') this.#toolbar.offer(this.collection.tags)
        })
        document.addEventListener('keydown', (event) => this.#key(event), { signal })
        this.#toolbar.show(this.collection.query)
        this.#showBulk()
        this.collection.reload({ keeps: false })
        if (this.parameters.id) this.update(this.parameters)
    }

    disconnectedCallback() { this.#leave.abort() }

    /**
     * Another address of the same page: another query, or another strategy beside the list.
     *
     * @param {Record<string, string>} parameters
     */
    update({ id, view }) {
        if (view === 'history' && id !== 'new') this.#showHistory(Number(id))
        else this.#showDetail(id === undefined ? null : id === 'new' ? 'new' : Number(id))
        const query = readQuery(new URLSearchParams(location.search))
        if (String(writeQuery(query)) !== String(writeQuery(this.collection.query))) {
            this.#toolbar.show(query)
            this.#list.toTop()
            this.collection.show(query)
        }
        return true
    }

    /** @param {Query} query */
    #search(query) {
        go(`${location.pathname}?${writeQuery(query)}`, { replace: true })
    }

    #new() { go('/strategies/new' + location.search) }

    /** @param {Strategy} strategy */
    #open({ id }) {
        if (id > 0) go(`/strategies/${id}${location.search}`)
    }

    /** @param {number | 'new' | null} id */
    #showDetail(id) {
        this.pageTitle = id === 'new' ? 'New strategy' : id === null ? 'Strategies' : this.collection.get(id)?.strategy_name ?? 'Strategy'
        this.classList.toggle('with-detail', id !== null)
        this.#detail.hidden = id === null
        this.#history = null
        this.#list.showOpen(id === 'new' ? null : id)
        if (id === null) {
            this.#editor = null
            return fill(this.#detail)
        }
        if (this.#editor?.shownId === id) return
        this.#editor = new StrategyEditor(this.collection)
        this.#editor.addEventListener('command', (event) => this.#runOne(/** @type {CustomEvent<string>} */ (event).detail))
        fill(this.#detail, this.#editor)
        this.#editor.open(id)
        this.#editor.focusFirst()
    }

    /** @param {number} id */
    #showHistory(id) {
        this.pageTitle = 'Version history'
        this.classList.add('with-detail')
        this.#detail.hidden = false
        this.#list.showOpen(id)
        this.#editor = null
        if (this.#history?.strategyId === id) return
        this.#history = new StrategyHistory(id)
        this.#history.addEventListener('close', () => this.#close())
        this.#history.addEventListener('restored', (event) => this.collection.put(/** @type {CustomEvent<Strategy>} */ (event).detail))
        fill(this.#detail, this.#history)
        this.#history.focusFirst()
    }

    /** From the history to its strategy, from a strategy to the list. */
    #close() {
        if (this.#history) return go(`/strategies/${this.#history.strategyId}${location.search}`)
        go('/strategies' + location.search)
        this.#list.focusGrid()
    }

    /** For the strategy beside the list. @param {string} command */
    #runOne(command) {
        const id = this.#editor?.shownId
        const strategy = typeof id === 'number' ? this.collection.get(id) : undefined
        if (command === 'close') return this.#close()
        if (command === 'history') return go(`/strategies/${id}/history${location.search}`)
        if (!strategy) return
        if (command === 'duplicate') duplicate(this.collection, [strategy])
        if (command === 'archive') setStatus(this.collection, [strategy], 'archived')
        if (command !== 'delete') return
        this.#close()
        remove(this.collection, [strategy])
    }

    /** @param {{ type: string, data: Strategy }} event */
    #apply({ type, data }) {
        if (type === 'strategy.created' || type === 'strategy.changed') {
            this.collection.put(data)
            this.#editor?.changedElsewhere(data)
            this.#history?.took(data)
        }
        if (type === 'strategy.deleted') {
            this.collection.remove(data.id)
            this.#editor?.deletedElsewhere(data.id)
        }
    }

    /** @param {string} command */
    #run(command) {
        const strategies = this.#list.chosen
        if (command === 'delete') remove(this.collection, strategies)
        if (command === 'duplicate') duplicate(this.collection, strategies)
        if (command === 'archive') setStatus(this.collection, strategies, 'archived')
        if (command === 'activate') setStatus(this.collection, strategies, 'active')
        if (command === 'pause') setStatus(this.collection, strategies, 'paused')
        this.#list.clearSelection()
        this.#list.focusGrid()
    }

    #showCount() {
        const { count, isComplete, isLoading } = this.collection
        const text = isLoading && count === 0 ? '' : isComplete ? `${count}` : `${count}+`
        if (this.#count.textContent !== text) fill(this.#count, text)
    }

    #showBulk() {
        const count = this.#list.selection.size
        this.#bulk.hidden = count === 0
        this.#toolbar.hidden = count > 0
        if (count === 0) return fill(this.#bulk)
        const commands = { activate: 'Activate', pause: 'Pause', archive: 'Archive', duplicate: 'Duplicate', delete: 'Delete' }
        fill(this.#bulk, h('span', { class: 'selected', role: 'status' }, `${count} selected`),
            Object.entries(commands).map(([command, text]) =>
                h('button', { type: 'button', class: command === 'delete' ? 'danger' : null, onclick: () => this.#run(command) }, text)),
            h('button', { type: 'button', class: 'quiet', onclick: () => { this.#list.clearSelection(); this.#list.focusGrid() } }, 'Clear'))
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
        if (document.querySelector('dialog[open]')) return
        const isTyping = /** @type {Element} */ (event.target).closest?.('input, textarea, select')
        if (event.key === 'z' && (event.ctrlKey || event.metaKey) && !isTyping && undo()) return event.preventDefault()
        if (event.key === 'Escape' && (this.#editor || this.#history) && !isTyping) return this.#close()
        if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
        /** @type {Record<string, () => void>} */
        const keys = { '/': () => this.#toolbar.focusSearch(), n: () => this.#new(), z: () => { undo() }, '?': showShortcuts }
        if (!keys[event.key] || !areLettersOn()) return
        event.preventDefault()
        keys[event.key]()
    }
}
customElements.define('strategies-page', StrategiesPage)

/**
 * A button of the bar.
 *
 * @param {string} label
 * @param {Parameters<typeof icon>[0]} picture
 * @param {() => void} run
 */
function tool(label, picture, run) {
    return h('button', { type: 'button', class: 'quiet icon-only', 'aria-label': label, title: label, onclick: run }, icon(picture))
}

/** @param {Record<string, string>} parameters */
export function strategiesPage(parameters) {
    const element = /** @type {StrategiesPage} */ (document.createElement('strategies-page'))
    element.parameters = parameters
    return {
        element,
        get title() { return element.pageTitle },
        /** @param {Record<string, string>} changed */
        update: (changed) => element.update(changed),
    }
}
