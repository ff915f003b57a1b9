import { explanation, nextPage, request } from '../lib/api.js'
import { fill, h, icon } from '../lib/dom.js'
import { notify } from '../lib/notices.js'
import { time } from '../lib/time.js'
import { differences, differenceTable } from './diff.js'
import { draftOf } from './types.js'

/** @typedef {import('./types.js').Strategy} Strategy */

/** What a strategy was: its versions, what each has changed, and the way back to one. Tells of `restored` (detail: the strategy) and `close`. */
export class StrategyHistory extends HTMLElement {
    /** @type {number} */
    strategyId
    /** @type {Strategy[]} the newest first */
    #versions = []
    /** @type {string | null} */
    #next = null
    #shown = 0
    #title = h('h2', { tabindex: -1 }, 'Version history')
    #list = h('ol', { class: 'versions', 'aria-label': 'Versions' })
    #change = h('div', { class: 'change', role: 'region', 'aria-label': 'What the version has changed' })
    #more = h('button', { type: 'button', hidden: true, onclick: () => this.#load() }, 'Older versions')

    /** @param {number} strategyId */
    constructor(strategyId) {
        super()
        this.strategyId = strategyId
        this.#next = `/strategies/${strategyId}/versions?limit=50`
    }

    connectedCallback() {
        if (this.childElementCount > 0) return
        fill(this, h('div', { class: 'detail-head' },
            h('button', { type: 'button', class: 'quiet icon-only', 'aria-label': 'Back to the strategy', title: 'Back to the strategy (Escape)', onclick: () => this.dispatchEvent(new Event('close')) }, icon('back')),
            h('div', { class: 'titles' }, this.#title)), h('div'), h('div', { class: 'history' }, h('div', { class: 'versions-place' }, this.#list, this.#more), this.#change))
        this.#load()
    }

    focusFirst() { this.#title.focus() }

    async #load() {
        if (!this.#next) return
        try {
            const { data, headers } = await request('GET', this.#next)
            this.#versions.push(...data)
            this.#next = nextPage(headers)
            this.#more.hidden = this.#next === null
            this.#show(this.#shown)
        } catch (error) {
            fill(this.#change, h('p', { class: 'form-error', role: 'alert' }, `${explanation(error)}.`), h('button', { type: 'button', onclick: () => this.#load() }, 'Try again'))
        }
    }

    /** @param {number} index */
    #show(index) {
        this.#shown = index
        const latest = this.#versions[0]
        fill(this.#title, latest?.strategy_name ?? 'Version history')
        fill(this.#list, this.#versions.map((version, each) => h('li', {}, h('button', {
            type: 'button', class: 'quiet', 'aria-pressed': String(each === index), onclick: () => {
                this.#show(each)
                const button = /** @type {HTMLElement | undefined} */ (this.#list.querySelectorAll('button')[each])
                button?.focus()
            },
        }, h('span', {}, `Version ${version.version}`), each === 0 && h('span', { class: 'tag' }, 'now'), h('span', { class: 'gap' }), time(version.updated_at)))))
        const version = this.#versions[index]
        if (version) this.#showChange(version, this.#versions[index + 1] ?? null, index > 0)
    }

    /**
     * @param {Strategy} version
     * @param {Strategy | null} before null: it is the first one, or the one before is not loaded
     * @param {boolean} isOld
     */
    #showChange(version, before, isOld) {
        const isFirst = version.version === 1
        const list = before || isFirst ? differences(before && draftOf(before), draftOf(version)) : []
        fill(this.#change,
            h('div', { class: 'change-head' }, h('h3', {}, isFirst ? 'As it was created' : `What version ${version.version} has changed`), h('span', { class: 'gap' }),
                isOld && h('button', { type: 'button', onclick: () => this.#restore(version) }, icon('undo'), `Restore version ${version.version}`)),
            list.length > 0
                ? differenceTable(list, { before: isFirst ? 'Before' : `Version ${version.version - 1}`, after: `Version ${version.version}`, caption: 'What has changed' })
                : h('p', { class: 'muted' }, before ? 'Nothing but the version’s number: it was saved or restored unchanged.' : 'Load the older versions to compare.'))
    }

    /** @param {Strategy} version */
    async #restore(version) {
        try {
            const { data } = await request('POST', `/strategies/${this.strategyId}/versions/${version.version}/restore`)
            this.dispatchEvent(new CustomEvent('restored', { detail: data }))
            this.took(data)
            notify({ text: `Version ${version.version} is back, as version ${data.version}.` })
        } catch (error) {
            notify({ text: `Version ${version.version} was not restored: ${explanation(error)}.`, kind: 'error' })
        }
    }

    /** A newer version of it, made here or elsewhere. @param {Strategy} strategy */
    took(strategy) {
        if (strategy.id !== this.strategyId || strategy.version <= (this.#versions[0]?.version ?? 0)) return
        this.#versions.unshift(strategy)
        this.#show(this.#shown === 0 ? 0 : this.#shown + 1)
    }
}
customElements.define('strategy-history', StrategyHistory)
