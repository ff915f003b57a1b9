import { parse, stringify } from './json.js'
import { session } from './session.js'

/**
 * What somebody has typed and not saved yet, kept in this browser until it is saved or given up. A lost connection, an ended
 * session and a closed tab lose nothing.
 *
 * @typedef {{ at: string, version: number, values: any }} KeptDraft `version`: of what it was begun from; 0 of nothing
 */

/** @param {number | 'new'} id */
function key(id) {
    return `draft:${session.user?.id ?? 0}:${id}`
}

/**
 * @param {number | 'new'} id
 * @returns {KeptDraft | null}
 */
export function readDraft(id) {
    const text = localStorage.getItem(key(id))
    try {
        return text ? /** @type {KeptDraft} */ (parse(text)) : null
    } catch {
        return null
    }
}

/**
 * @param {number | 'new'} id
 * @param {number} version
 * @param {unknown} values
 */
export function keepDraft(id, version, values) {
    try {
        localStorage.setItem(key(id), stringify({ at: new Date().toISOString(), version, values }))
    } catch {
        // The browser's room is used up: what is typed stays in the form.
    }
}

/** @param {number | 'new'} id */
export function dropDraft(id) {
    localStorage.removeItem(key(id))
}
