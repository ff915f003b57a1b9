import { fill, h } from '../lib/dom.js'
import { auditPage } from './audit.js'
import { clusterPage } from './cluster.js'
import { usersPage } from './users.js'

/** @type {Record<string, { title: string, make: () => HTMLElement }>} */
const views = {
    users: { title: 'Users', make: usersPage },
    audit: { title: 'Audit log', make: auditPage },
    cluster: { title: 'Cluster', make: clusterPage },
}

/**
 * One of the pages for administrators, with the ways to the others.
 *
 * @param {Record<string, string>} parameters
 */
export function adminPage({ view = 'users' }) {
    const { title, make } = views[view]
    const element = h('div', { class: 'settings wide' }, h('h1', { tabindex: -1 }, 'Administration'),
        h('nav', { class: 'tabs', 'aria-label': 'Administration' }, Object.entries(views).map(([name, each]) =>
            h('a', { href: `/admin/${name}`, 'aria-current': name === view ? 'page' : null }, each.title))))
    const place = h('div')
    element.append(place)
    fill(place, make())
    return { element, title }
}
