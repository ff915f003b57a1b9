import { section } from '../account/section.js'
import { explanation, request } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { ask, notify } from '../lib/notices.js'
import { session } from '../lib/session.js'
import { time } from '../lib/time.js'
import { pagedTable } from './paged-table.js'

/** @typedef {import('../lib/session.js').Account} Account */

/** How long typing may pause before the table follows, in milliseconds. */
const pause = 250

/** All accounts: roles, disabling, ending of sessions. */
export function usersPage() {
    const search = h('input', { type: 'search', placeholder: 'Address or name', 'aria-label': 'Search address and name', maxlength: 200 })
    const role = choice('Only of this role', [['', 'Any role'], ['user', 'user'], ['admin', 'admin']])
    const active = choice('Only with this state', [['', 'Any state'], ['true', 'active'], ['false', 'disabled']])
    const { element, show } = pagedTable({ caption: 'Accounts', heads: ['Id', 'Address', 'Name', 'Role', 'State', 'Since', ''], row: userRow, nothing: 'No account fits.' })
    const update = () => {
        const query = new URLSearchParams({ limit: '50' })
        for (const [name, value] of [['q', search.value.trim()], ['role', role.value], ['is_active', active.value]]) if (value) query.set(name, value)
        show(`/admin/users?${query}`)
    }
    /** @type {ReturnType<typeof setTimeout>} */
    let timer
    search.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(update, pause) })
    for (const select of [role, active]) select.addEventListener('change', update)
    update()
    return section('Users', h('div', { class: 'filters' }, search, role, active), element)
}

/**
 * @param {string} label
 * @param {[string, string][]} options values and texts
 */
function choice(label, options) {
    return h('select', { 'aria-label': label }, options.map(([value, text]) => h('option', { value }, text)))
}

/** @param {Account} account */
function userRow(account) {
    const role = choice(`Role of ${account.email}`, [['user', 'user'], ['admin', 'admin']])
    const state = h('span', { class: 'status' })
    const toggle = h('button', { type: 'button' })
    const show = () => {
        role.value = account.role
        state.dataset.status = account.is_active ? 'active' : 'archived'
        state.textContent = account.is_active ? 'active' : 'disabled'
        toggle.textContent = account.is_active ? 'Disable' : 'Enable'
        toggle.setAttribute('aria-label', `${toggle.textContent} ${account.email}`)
    }
    /** The change shows at once, and goes again where the server refuses it. @param {Partial<Account>} change */
    const patch = async (change) => {
        const before = { ...account }
        Object.assign(account, change)
        show()
        try {
            const { data } = await request('PATCH', `/admin/users/${account.id}`, { body: change })
            Object.assign(account, data)
        } catch (error) {
            Object.assign(account, before)
            notify({ text: `${account.email} is as before: ${explanation(error)}.`, kind: 'error' })
        }
        show()
    }
    role.addEventListener('change', () => patch({ role: /** @type {Account['role']} */ (role.value) }))
    toggle.addEventListener('click', async () => {
        if (account.is_active && !await isMeant(`Disable ${account.email}?`, 'Its sessions end, and nobody can sign in.', 'Disable')) return
        await patch({ is_active: !account.is_active })
    })
    show()
    return h('tr', {}, h('td', {}, account.id), h('td', {}, account.email, account.id === session.user?.id && h('span', { class: 'tag here' }, 'you')),
        h('td', {}, account.full_name), h('td', {}, role), h('td', {}, state), h('td', {}, time(account.created_at)),
        h('td', { class: 'actions' }, h('button', { type: 'button', class: 'quiet', 'aria-label': `End all sessions of ${account.email}`, onclick: () => revoke(account) }, 'End sessions'), toggle))
}

/** @param {Account} account */
async function revoke({ id, email }) {
    if (!await isMeant(`End all sessions of ${email}?`, 'It can sign in again.', 'End the sessions')) return
    try {
        await request('POST', `/admin/users/${id}/revoke`)
        notify({ text: `All sessions of ${email} have ended.` })
    } catch (error) {
        notify({ text: `The sessions were not ended: ${explanation(error)}.`, kind: 'error' })
    }
}

/**
 * @param {string} title
 * @param {string} text
 * @param {string} label
 */
async function isMeant(title, text, label) {
    return await ask({ title, content: [h('p', {}, text)], choices: [{ label: 'Cancel', value: false }, { label, value: true, kind: 'danger' }] }) ?? false
}
