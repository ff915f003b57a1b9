import { statuses } from './types.js'

/** @typedef {import('./types.js').Strategy} Strategy */

/**
 * @typedef {'created_at' | 'updated_at' | 'strategy_name'} SortMember
 * @typedef {object} Query which strategies are shown, in which order
 * @property {string} q
 * @property {string} tag
 * @property {string} status
 * @property {SortMember} by
 * @property {boolean} descending
 */

/** @type {SortMember[]} */
const sortMembers = ['created_at', 'updated_at', 'strategy_name']

/**
 * The query that an address has; what is not known in it is left out.
 *
 * @param {URLSearchParams} search
 * @returns {Query}
 */
export function readQuery(search) {
    const sort = search.get('sort') ?? '-updated_at'
    const by = sortMembers.find((member) => member === sort.replace(/^-/, '')) ?? 'updated_at'
    const status = search.get('status') ?? ''
    return {
        q: (search.get('q') ?? '').slice(0, 200),
        tag: (search.get('tag') ?? '').slice(0, 50),
        status: statuses.some((each) => each === status) ? status : '',
        by,
        descending: sort.startsWith('-'),
    }
}

/**
 * @param {Query} query
 * @returns {URLSearchParams} as the address and the API have it
 */
export function writeQuery({ q, tag, status, by, descending }) {
    const search = new URLSearchParams()
    if (q) search.set('q', q)
    if (tag) search.set('tag', tag)
    if (status) search.set('status', status)
    search.set('sort', (descending ? '-' : '') + by)
    return search
}

/**
 * Whether the list shows a strategy, as the server decides it.
 *
 * @param {Query} query
 * @param {Strategy} strategy
 */
export function isMatch({ q, tag, status }, strategy) {
    if (status && strategy.status !== status) return false
    if (tag && !strategy.tags.includes(tag)) return false
    const text = q.toLowerCase()
    return !text || [strategy.strategy_name, strategy.description ?? '', ...strategy.tags].some((each) => each.toLowerCase().includes(text))
}

/**
 * Which of two strategies comes first; the id breaks ties.
 *
 * @param {Query} query
 * @param {Strategy} left
 * @param {Strategy} right
 */
export function compare({ by, descending }, left, right) {
    const order = left[by] < right[by] ? -1 : left[by] > right[by] ? 1 : left.id - right.id
    return descending ? -order : order
}
