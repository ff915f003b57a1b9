import { nextPage, request } from '../lib/api.js'
import { compare, isMatch, writeQuery } from './query.js'

/** @typedef {import('./types.js').Strategy} Strategy */
/** @typedef {import('./query.js').Query} Query */

/** How many strategies the first page has, which is waited for, and each later one. */
const firstPage = 50
const laterPages = 200

/**
 * The strategies that the list shows: what the server said, and over it what was changed here and is not yet confirmed.
 *
 * A change that fails is taken off again, and what the server said is there as before. Tells of `changed`.
 */
export class StrategyCollection extends EventTarget {
    /** What the server said. @type {Map<number, Strategy>} */
    #known = new Map()
    /** What was changed here; null is deleted. @type {Map<number, Partial<Strategy> | null>} */
    #changes = new Map()
    /** The ids in the list's order. @type {number[]} */
    #order = []
    /** @type {Query} */
    #query
    /** @type {string | null} */
    #next = null
    /** @type {AbortController | null} */
    #loading = null
    /** What has changed since the answer that is on its way was asked for. @type {Set<number>} */
    #changedMeanwhile = new Set()
    /** @type {unknown} */
    error = null
    isComplete = false

    /** @param {Query} query */
    constructor(query) {
        super()
        this.#query = query
    }

    get query() { return this.#query }
    get count() { return this.#order.length }
    get isLoading() { return this.#loading !== null }

    /** The tags of those that are known, in order; the first two hundred. */
    get tags() { return [...new Set([...this.#known.values()].flatMap(({ tags }) => tags))].sort().slice(0, 200) }

    /** @param {number} index */
    at(index) { return this.get(this.#order[index]) }

    /** @param {number} id */
    indexOf(id) { return this.#order.indexOf(id) }

    /** As it is shown. @param {number} id @returns {Strategy | undefined} */
    get(id) {
        const known = this.#known.get(id)
        const change = this.#changes.get(id)
        return change === null ? undefined : known && change ? { ...known, ...change } : known
    }

    /** Whether a change waits for the server. @param {number} id */
    isPending(id) { return this.#changes.has(id) }

    /** Reads another list from its beginning. @param {Query} query */
    show(query) {
        this.#query = query
        return this.reload({ keeps: false })
    }

    /**
     * Reads again what there is.
     *
     * @param {{ keeps: boolean }} options whether as much as was there comes, and what is shown stays until then
     */
    async reload({ keeps }) {
        this.#loading?.abort()
        const wanted = keeps ? this.#order.length : 0
        if (!keeps) {
            this.#order = []
            this.isComplete = false
        }
        await this.#load(`/strategies?limit=${keeps ? laterPages : firstPage}&${writeQuery(this.#query)}`, { anew: true, wanted })
    }

    /** Reads the next page, unless one is on its way. */
    async more() {
        if (!this.#loading && this.#next) await this.#load(this.#next, { anew: false, wanted: 0 })
    }

    /**
     * @param {string} path
     * @param {{ anew: boolean, wanted: number }} options whether they take the place of what is there, and how many are read at least
     */
    async #load(path, { anew, wanted }) {
        const turn = new AbortController()
        this.#loading = turn
        this.error = null
        this.#changedMeanwhile.clear()
        this.#tell()
        try {
            /** @type {Strategy[]} */
            const strategies = []
            /** @type {string | null} */
            let next = path
            do {
                const { data, headers } = await request('GET', next, { signal: turn.signal })
                if (turn.signal.aborted) return
                strategies.push(...data)
                next = nextPage(headers)?.replace(/\blimit=\d+/, `limit=${laterPages}`) ?? null
            } while (next && strategies.length < wanted)
            this.#next = next
            this.isComplete = next === null
            this.#take(strategies, anew)
            for (const id of this.#changedMeanwhile) this.#put(id)
        } catch (error) {
            if (turn.signal.aborted) return
            this.error = error
        }
        this.#loading = null
        this.#tell()
    }

    /**
     * @param {Strategy[]} strategies
     * @param {boolean} anew
     */
    #take(strategies, anew) {
        const listed = new Set(anew ? [] : this.#order)
        if (anew) this.#order = []
        for (const strategy of strategies) {
            this.#remember(strategy)
            if (listed.has(strategy.id) || !this.get(strategy.id)) continue
            listed.add(strategy.id)
            this.#order.push(strategy.id)
        }
    }

    /** What is newer counts: answers and events overtake one another. @param {Strategy} strategy */
    #remember(strategy) {
        const known = this.#known.get(strategy.id)
        if (!known || known.version <= strategy.version) this.#known.set(strategy.id, strategy)
    }

    /** What the server says of one. @param {Strategy} strategy */
    put(strategy) {
        this.#remember(strategy)
        this.#place(strategy.id)
    }

    /** It is gone from the server. @param {number} id */
    remove(id) {
        this.#known.delete(id)
        this.#changes.delete(id)
        this.#place(id)
    }

    /**
     * Shows a change at once, and takes it off again when it fails.
     *
     * @template Result
     * @param {number} id
     * @param {Partial<Strategy> | null} change null: it is deleted
     * @param {() => Promise<Result>} confirm makes the change on the server
     */
    async change(id, change, confirm) {
        this.#changes.set(id, change)
        this.#place(id)
        try {
            const result = await confirm()
            if (this.#changes.get(id) === change) this.#changes.delete(id)
            return result
        } catch (error) {
            if (this.#changes.get(id) === change) this.#changes.delete(id)
            throw error
        } finally {
            this.#place(id)
        }
    }

    /** @param {number} id */
    #place(id) {
        this.#changedMeanwhile.add(id)
        this.#put(id)
        this.#tell()
    }

    /** Puts one where it belongs, or takes it out. @param {number} id */
    #put(id) {
        const index = this.#order.indexOf(id)
        if (index >= 0) this.#order.splice(index, 1)
        const strategy = this.get(id)
        if (strategy && isMatch(this.#query, strategy)) {
            const place = this.#placeOf(strategy)
            // Behind the last one that was read it comes with its page.
            if (place < this.#order.length || this.isComplete) this.#order.splice(place, 0, id)
        }
    }

    /** @param {Strategy} strategy */
    #placeOf(strategy) {
        let low = 0
        let high = this.#order.length
        while (low < high) {
            const middle = (low + high) >>> 1
            const other = this.at(middle)
            if (other && compare(this.#query, other, strategy) < 0) low = middle + 1
            else high = middle
        }
        return low
    }

    #tell() { this.dispatchEvent(new Event('changed')) }
}
