import { h } from './dom.js'

const local = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit' })
const sameYear = new Intl.DateTimeFormat(undefined, { month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit' })

/** @param {string} iso RFC 3339 in UTC */
export function localTime(iso) {
    const date = new Date(iso)
    return (date.getFullYear() === new Date().getFullYear() ? sameYear : local).format(date)
}

/** @param {string} iso */
export function utcTime(iso) {
    return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, '') + ' UTC'
}

/**
 * A time as it is here; in UTC when the pointer rests on it.
 *
 * @param {string | null} iso
 * @param {string} [none] what stands where there is no time
 */
export function time(iso, none = '–') {
    if (!iso) return h('span', { class: 'muted' }, none)
    return h('time', { datetime: iso, title: utcTime(iso) }, localTime(iso))
}
