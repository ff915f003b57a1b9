import { h } from '../lib/dom.js'
import { isRawNumber, isSame, stringify } from '../lib/json.js'
import { memberNames, members } from './types.js'

/** @typedef {import('./types.js').Draft} Draft */
/** @typedef {{ path: string, before: string | null, after: string | null }} Difference null: it is not there */

/**
 * What differs between two forms of a strategy, member by member, and parameter by parameter.
 *
 * @param {Draft | null} before
 * @param {Draft} after
 * @returns {Difference[]}
 */
export function differences(before, after) {
    return members.flatMap((member) => {
        if (member === 'parameters') return inside('Parameters', before?.parameters ?? {}, after.parameters)
        const [old, now] = [before ? shown(before[member]) : null, shown(after[member])]
        return old === now ? [] : [{ path: memberNames[member], before: old, after: now }]
    })
}

/**
 * @param {string} path
 * @param {unknown} before
 * @param {unknown} after
 * @returns {Difference[]}
 */
function inside(path, before, after) {
    if (before !== undefined && after !== undefined && isSame(before, after)) return []
    if (!isObject(before) || !isObject(after)) {
        return [{ path, before: before === undefined ? null : shown(before), after: after === undefined ? null : shown(after) }]
    }
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
    return names.flatMap((name) => inside(`${path} › ${name}`, before[name], after[name]))
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
    return value !== null && typeof value === 'object' && !Array.isArray(value) && !isRawNumber(value)
}

/** @param {unknown} value */
function shown(value) {
    if (value === null || value === '') return '(none)'
    if (typeof value === 'string') return value
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ') || '(none)'
    return stringify(value, 2)
}

/**
 * Differences as a table.
 *
 * @param {Difference[]} list
 * @param {{ before: string, after: string, caption: string }} names of the columns
 */
export function differenceTable(list, { before, after, caption }) {
    return h('table', { class: 'differences' }, h('caption', { class: 'visually-hidden' }, caption),
        h('thead', {}, h('tr', {}, ['Member', before, after].map((text) => h('th', { scope: 'col' }, text)))),
        h('tbody', {}, list.map((difference) => h('tr', {},
            h('th', { scope: 'row' }, difference.path),
            h('td', {}, difference.before === null ? h('span', { class: 'muted' }, '–') : marked('del', difference.before, difference.after)),
            h('td', {}, difference.after === null ? h('span', { class: 'muted' }, '–') : marked('ins', difference.after, difference.before))))))
}

/**
 * A text in which what the other one has not is marked, line by line; a single line as a whole.
 *
 * @param {'del' | 'ins'} tag
 * @param {string} text
 * @param {string | null} other
 */
function marked(tag, text, other) {
    const lines = text.split('\n')
    if (lines.length === 1 || other === null) return h(tag, {}, text)
    const kept = commonLines(lines, other.split('\n'))
    return h('div', { class: 'lines' }, lines.map((line, index) => h(kept.has(index) ? 'span' : tag, {}, line || ' ')))
}

/**
 * Which lines of one text are in the other as well, by the longest common subsequence.
 *
 * @param {string[]} lines
 * @param {string[]} others
 * @returns {Set<number>}
 */
function commonLines(lines, others) {
    const width = others.length + 1
    // lengths[i * width + j]: of what lines from i on and others from j on have in common.
    const lengths = new Uint16Array((lines.length + 1) * width)
    for (let i = lines.length - 1; i >= 0; i -= 1) {
        for (let j = others.length - 1; j >= 0; j -= 1) {
            lengths[i * width + j] = lines[i] === others[j]
                ? lengths[(i + 1) * width + j + 1] + 1
                : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
        }
    }
    const kept = new Set()
    for (let i = 0, j = 0; i < lines.length && j < others.length;) {
        if (lines[i] === others[j]) {
            kept.add(i)
            i += 1
            j += 1
        } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i += 1
        else j += 1
    }
    return kept
}
