import { section } from '../account/section.js'
import { h } from '../lib/dom.js'
import { stringify } from '../lib/json.js'
import { time } from '../lib/time.js'
import { pagedTable } from './paged-table.js'

/** @typedef {{ id: number, at: string, action: string, actor_id: number | null, user_id: number | null, address: string, request_id: string, details: object }} Entry */

/** Who did what to whom. */
export function auditPage() {
    const action = h('input', { type: 'search', placeholder: 'Such as account.disabled', 'aria-label': 'Only this action', maxlength: 100 })
    const user = h('input', { type: 'search', inputmode: 'numeric', pattern: '[0-9]*', placeholder: 'Account’s id', 'aria-label': 'Only about the account with this id' })
    const since = h('input', { type: 'datetime-local', 'aria-label': 'Only from this time on' })
    const { element, show } = pagedTable({ caption: 'Audit log', heads: ['When', 'Action', 'By', 'About', 'From', 'Request', 'Details'], row: entryRow, nothing: 'No entry fits.' })
    const update = () => {
        const query = new URLSearchParams({ limit: '50' })
        if (action.value.trim()) query.set('action', action.value.trim())
        if (/^[1-9]\d{0,17}$/.test(user.value.trim())) query.set('user_id', user.value.trim())
        if (since.value) query.set('since', new Date(since.value).toISOString())
        show(`/admin/audit?${query}`)
    }
    for (const input of [action, user, since]) input.addEventListener('change', update)
    update()
    return section('Audit log', h('div', { class: 'filters' }, action, user, since), element)
}

/** @param {Entry} entry */
function entryRow({ at, action, actor_id, user_id, address, request_id, details }) {
    const text = Object.keys(details).length > 0 ? stringify(details) : ''
    return h('tr', {}, h('td', {}, time(at)), h('td', {}, action), h('td', {}, actor_id ?? h('span', { class: 'muted' }, 'operator')), h('td', {}, user_id ?? '–'),
        h('td', {}, address), h('td', {}, h('code', { title: request_id }, request_id.slice(0, 8))), h('td', { class: 'wide' }, text))
}
