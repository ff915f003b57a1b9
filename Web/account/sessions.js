import { explanation, request } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { notify } from '../lib/notices.js'
import { session } from '../lib/session.js'
import { time } from '../lib/time.js'
import { loadInto, section, table } from './section.js'

/** @typedef {{ id: string, device: string, address: string, created_at: string, last_used_at: string, current: boolean }} Entry */

/** Where the account is signed in. */
export function sessionsSection() {
    const place = h('div', { class: 'place' })
    const load = () => loadInto(place, async () => {
        const { data } = await request('GET', '/auth/sessions')
        return [table('Sessions', ['Device', 'Address', 'Began', 'Last used', ''], data.map(row))]
    })

    /** @param {Entry} entry */
    const row = (entry) => h('tr', {},
        h('td', {}, h('span', { title: entry.device }, deviceName(entry.device)), entry.current && h('span', { class: 'tag here' }, 'this one')),
        h('td', {}, entry.address), h('td', {}, time(entry.created_at)), h('td', {}, time(entry.last_used_at)),
        h('td', { class: 'actions' }, !entry.current && h('button', { type: 'button', onclick: () => end(entry) }, 'End')))

    /** @param {Entry} entry */
    const end = async (entry) => {
        try {
            await request('DELETE', `/auth/sessions/${entry.id}`)
            notify({ text: 'The session has ended.' })
        } catch (error) {
            notify({ text: `The session was not ended: ${explanation(error)}.`, kind: 'error' })
        }
        await load()
    }
    const endAll = async () => {
        try {
            await session.signOut({ everywhere: true })
        } catch (error) {
            notify({ text: `The sessions were not ended: ${explanation(error)}.`, kind: 'error' })
        }
    }
    load()
    return section('Sessions', place, h('button', { type: 'button', onclick: endAll }, 'Sign out everywhere'))
}

/** The browser and system that a `User-Agent` names, or its beginning. @param {string} agent */
function deviceName(agent) {
    const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1]
    const system = /Windows|Android|iPhone|iPad|Mac OS X|Linux/.exec(agent)?.[0]
    const names = /** @type {Record<string, string>} */ ({ Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' })
    if (!browser) return agent.slice(0, 40) || 'unknown'
    return `${names[browser] ?? browser}${system ? ` on ${names[system] ?? system}` : ''}`
}
